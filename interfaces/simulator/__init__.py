"""A simulated company: everything that a ledger of CCM is fed with, from one seed. All its people are made up."""
