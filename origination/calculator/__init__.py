"""What a loan would cost, before there is one: the page for staff, the public one, their files and the API.

All of them call quote.quote(), which puts together functions of `finance` and computes nothing itself.
"""
