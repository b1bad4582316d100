"""The development mailbox: catches e-mail and text messages, and shows them on a page. Sends nothing on."""
