"""What a vendor's release may carry: policy, baseline, claimed exemptions, and the difference between two reports.

Works on proved report documents. Knows no reading, no store and no command.
"""
