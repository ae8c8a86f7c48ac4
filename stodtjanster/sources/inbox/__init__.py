"""The person's inbox: messages that were sent to the portal and are kept by it."""
