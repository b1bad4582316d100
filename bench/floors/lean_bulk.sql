-- A thousand payments in one statement, in the lean schema.
WITH src AS (
  SELECT * FROM unnest(%(invoices)s::bigint[], %(amounts)s::bigint[], %(keys)s::text[], %(refs)s::text[])
    AS s (invoice_id, amount, key, ref)),
lk AS MATERIALIZED (
  SELECT i.id, i.payer_id, i.biller_id, i.open_minor, s.amount, s.key, s.ref
  FROM lean.invoice i JOIN src s ON s.invoice_id = i.id ORDER BY i.id FOR NO KEY UPDATE OF i),
p AS (
  INSERT INTO lean.payment (public_id, biller_id, payer_id, key, amount_minor, status)
  SELECT ref, biller_id, payer_id, key, amount, 'settled' FROM lk RETURNING id, public_id),
j AS MATERIALIZED (SELECT p.id AS pid, lk.* FROM p JOIN lk ON lk.ref = p.public_id),
ev AS (INSERT INTO lean.payment_event (payment_id, event) SELECT pid, 'payment.settled' FROM j),
e AS (
  INSERT INTO lean.entry (biller_id, kind, source_ref) SELECT biller_id, 'payment.settled', ref FROM j
  RETURNING id, source_ref),
l AS (
  INSERT INTO lean.line (entry_id, biller_id, account_id, invoice_id, payer_id, amount_minor)
  SELECT e.id, j.biller_id, x.acc, CASE WHEN x.acc = 2 THEN j.id END, j.payer_id, x.f
  FROM j JOIN e ON e.source_ref = j.ref
  CROSS JOIN LATERAL (VALUES (1, j.amount - 300), (3, 300), (2, -j.amount + 100), (6, -100)) x (acc, f)),
al AS (INSERT INTO lean.allocation (payment_id, invoice_id, amount_minor) SELECT pid, id, amount FROM j),
ob AS (
  INSERT INTO lean.outbox (kind, ref, payload)
  SELECT 'payment.settled', ref, jsonb_build_object('id', ref, 'amount', amount) FROM j),
au AS (
  INSERT INTO lean.audit_event (biller_id, actor, action, object_ref, details)
  SELECT biller_id, 'staff:1', 'payment.settled', ref, jsonb_build_object('amount', amount) FROM j RETURNING id),
ap AS (INSERT INTO lean.audit_pending (event_id) SELECT id FROM au)
UPDATE lean.invoice i SET open_minor = i.open_minor - j.amount,
  status = CASE WHEN i.open_minor = j.amount THEN 'paid' ELSE 'open' END
FROM j WHERE i.id = j.id
