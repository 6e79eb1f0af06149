"""The demo: a lender with a real book of loans in the crisis of 2008, people to sign in as, and borrowers who pay."""
