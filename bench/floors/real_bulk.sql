-- A thousand recorded payments in one statement, in the product's own tables with every key, check and trigger: what
-- the database alone needs for what the product writes (payment, attempt, event, entry, lines, allocation, notice,
-- delivery, audit, pending audit, invoice).
WITH src AS (
  SELECT * FROM unnest(%(invoices)s::bigint[], %(keys)s::text[], %(refs)s::text[], %(numbers)s::text[])
    AS s (invoice_id, key, ref, number)),
lk AS MATERIALIZED (
  SELECT i.id, i.biller_id, i.account_id, i.payer_id, i.open_minor AS amount, s.key, s.ref, s.number
  FROM invoices_invoice i JOIN src s ON s.invoice_id = i.id ORDER BY i.id FOR NO KEY UPDATE OF i),
p AS (
  INSERT INTO payments_payment (
    public_id, biller_id, account_id, payer_id, number, scope, key, request_hash, origin, status, amount_minor, fee_minor,
    currency, method_kind, method_label, method_last4, submitted_at, submitted_on, submitted_by_ref, submitted_by_name,
    effective_on, paid_on, settled_at, gateway_ref, action_url, decline_class, reason_code)
  SELECT ref, biller_id, account_id, payer_id, number, 'hand', key, '', 'hand', 'settled', amount, 0, 'USD', 'external',
         'Check', '', now(), current_date, 'lgn_staff', 'Staff', current_date, current_date, now(), '', '', '', ''
  FROM lk RETURNING id, public_id),
j AS MATERIALIZED (SELECT p.id AS pid, lk.* FROM p JOIN lk ON lk.ref = p.public_id),
t AS (
  INSERT INTO payments_attempt (biller_id, payment_id, number, gateway_key, call_deadline, checks, ended_at, result)
  SELECT biller_id, pid, 1, ref || '-1', now(), 0, now(), 'settled' FROM j),
ev AS (
  INSERT INTO payment_event (biller_id, payment_id, event, at, actor_ref, details)
  SELECT biller_id, pid, 'payment.settled', now(), 'lgn_staff', '{}' FROM j),
e AS (
  INSERT INTO ledger_entry (biller_id, kind, source_ref, posted_at, posted_on, effective_on)
  SELECT biller_id, 'payment.settled', ref, now(), current_date, current_date FROM j RETURNING id, source_ref),
l AS (
  INSERT INTO ledger_line (entry_id, biller_id, account, amount_minor, currency, billing_account_id, payer_id, invoice_id)
  SELECT e.id, j.biller_id, x.account, x.amount, 'USD', x.of_account, x.of_payer, x.of_invoice
  FROM j JOIN e ON e.source_ref = j.ref
  CROSS JOIN LATERAL (VALUES ('external_receipts', j.amount, NULL, NULL, NULL),
                             ('receivable', -j.amount, j.account_id, j.payer_id, j.id))
    x (account, amount, of_account, of_payer, of_invoice)),
al AS (
  INSERT INTO payments_allocation (biller_id, payment_id, invoice_id, kind, amount_minor, applied_on)
  SELECT biller_id, pid, id, 'direct', amount, current_date FROM j),
n AS (
  INSERT INTO notices_notice (public_id, biller_id, payer_id, key, subject_ref, once, code, locale, zone, data,
    template_version, created_at)
  SELECT 'ntc_' || substr(ref, 5), biller_id, payer_id, 'payment_receipt', ref, ref, substr(md5(ref), 1, 12), 'en',
         'America/Chicago', jsonb_build_object('payment', ref, 'amount', amount), '1', now() FROM j RETURNING id, biller_id),
d AS (
  INSERT INTO notices_delivery (biller_id, notice_id, channel, "to", status, attempts, next_at, last_error, body_sha256)
  SELECT biller_id, id, 'email', 'payer@example.test', 'queued', 0, now(), '', '' FROM n),
au AS (
  INSERT INTO audit_event (biller_id, at, actor_kind, actor_ref, action, object_ref, details, request_id)
  SELECT biller_id, now(), 'staff', 'lgn_staff', 'payment.settled', ref, jsonb_build_object('amount', amount), '' FROM j)
UPDATE invoices_invoice i SET open_minor = 0, status = 'paid', paid_on = current_date FROM j WHERE i.id = j.id
