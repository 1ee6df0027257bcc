"""The stage on which the demo and the tests play: an office, phones, and a network that can be taken away.

Every part is real: the office speaks Odoo's external API, a phone is an operating-system process of its own, the
network is a TCP proxy between them.
"""
