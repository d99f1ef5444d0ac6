"""The office's own work on its store: reports made elsewhere are taken in, exemptions are granted, and what is granted
is laid over the reports that stand on a day. Joins store, gate and scan; counts nothing and knows no command."""
