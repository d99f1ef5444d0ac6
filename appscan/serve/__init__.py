"""The reviewers' desk: pages in a browser and their JSON twins. The only importer of the web framework; scans nothing
in a request and knows no table."""
