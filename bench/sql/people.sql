-- Accounts, payers, and who pays for whom: numbers 1 to %(payers)s.
INSERT INTO payers_billingaccount
  (id, public_id, biller_id, number, holder_name, sort_name, standing, external_ref, created_at)
SELECT k, 'acc_' || translate(substr(md5('acc' || k), 1, 20), '0', 'z'), %(biller)s, 'A-' || lpad(k::text, 7, '0'),
       first || ' ' || last, lower(first || ' ' || last), 'active', '', %(now)s
FROM generate_series(1, %(payers)s) k,
     LATERAL (SELECT (ARRAY['Eleanor','Rosa','Walter','Ines','Harold','June','Ramón','Edith'])[1 + k %% 8] AS first,
                     (ARRAY['Whitfield','Delgado','Okafor','Novak','Brandt','Ortiz','Lindqvist'])[1 + k / 8 %% 7] AS last) n;

INSERT INTO payers_payer
  (id, public_id, biller_id, name, sort_name, email, phone, locale, invoice_preference, who_pays, created_at)
SELECT id, 'pyr_' || substr(public_id, 5), biller_id, holder_name, sort_name, 'payer' || id || '@example.test', '', 'en',
       'email', '', created_at
FROM payers_billingaccount;

INSERT INTO payers_accountpayer (biller_id, account_id, payer_id, relation, is_default)
SELECT biller_id, id, id, 'resident', true FROM payers_billingaccount;
