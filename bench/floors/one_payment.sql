\set inv random(1, 60000)
\set k random(1, 1000000000000)
BEGIN;
SELECT open_minor FROM lean.invoice WHERE id = :inv FOR NO KEY UPDATE;
INSERT INTO lean.payment (public_id, biller_id, payer_id, key, amount_minor, status) VALUES (md5(random()::text || :k), 1, 1 + :inv % 20000, md5(random()::text || :k), 10, 'settled') RETURNING id AS pid \gset
INSERT INTO lean.payment_event (payment_id, event) VALUES (:pid, 'payment.settled');
INSERT INTO lean.entry (biller_id, kind, source_ref) VALUES (1, 's', :pid::text) RETURNING id AS eid \gset
INSERT INTO lean.line (entry_id, biller_id, account_id, invoice_id, payer_id, amount_minor) VALUES (:eid, 1, 1, NULL, 1, 9), (:eid, 1, 3, NULL, 1, 1), (:eid, 1, 2, :inv, 1, -8), (:eid, 1, 6, NULL, 1, -2);
INSERT INTO lean.allocation (payment_id, invoice_id, amount_minor) VALUES (:pid, :inv, 10);
INSERT INTO lean.outbox (kind, ref) VALUES ('payment.settled', :pid::text);
INSERT INTO lean.audit_event (biller_id, actor, action, object_ref) VALUES (1, 'p:1', 'payment.settled', :pid::text);
UPDATE lean.invoice SET open_minor = open_minor - 10 WHERE id = :inv;
COMMIT;
