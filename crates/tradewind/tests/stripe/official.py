"""Stripe's own client for Python at the server that the shop uses: customers pay by it, and it shows what the shop has made there."""

import json
import sys

import stripe

key, base = sys.argv[1:]
client = stripe.StripeClient(key, base_addresses={"api": base})


def metadata(thing):
    return thing.metadata.to_dict() if thing.metadata else {}


for intent in client.v1.payment_intents.list({"limit": 100}).auto_paging_iter():
    if intent.status == "requires_payment_method":
        client.v1.payment_intents.update(intent.id, {"payment_method": "pm_card_visa"})
        client.v1.payment_intents.confirm(intent.id)

print(json.dumps({
    "intents": [[intent.id, intent.status, intent.amount, intent.currency, metadata(intent)]
                for intent in client.v1.payment_intents.list({"limit": 100}).auto_paging_iter()],
    "charges": [[charge.id, charge.payment_intent, charge.amount, charge.paid]
                for charge in client.v1.charges.list({"limit": 100}).auto_paging_iter()],
    "refunds": [[refund.id, refund.payment_intent, refund.amount, metadata(refund)]
                for refund in client.v1.refunds.list({"limit": 100}).auto_paging_iter()],
}))
