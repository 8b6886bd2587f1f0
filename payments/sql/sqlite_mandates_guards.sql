-- What SQLite refuses about mandates: the same promises as postgresql_mandates_guards.sql, under the same names.
-- The encrypted number itself may be written again (a new key); its index, which is under the hash, may not.

CREATE TRIGGER payments_mandate_stays BEFORE DELETE ON payments_mandate BEGIN
  SELECT RAISE(ABORT, 'payments_mandate_stays');
END;

CREATE TRIGGER payments_mandate_words_stay BEFORE UPDATE ON payments_mandate
WHEN NEW.public_id IS NOT OLD.public_id
  OR NEW.customer_id IS NOT OLD.customer_id
  OR NEW.through IS NOT OLD.through
  OR NEW.scheme IS NOT OLD.scheme
  OR NEW.reference IS NOT OLD.reference
  OR NEW.ics IS NOT OLD.ics
  OR NEW.creditor_name IS NOT OLD.creditor_name
  OR NEW.creditor_address IS NOT OLD.creditor_address
  OR NEW.debtor_name IS NOT OLD.debtor_name
  OR NEW.debtor_address IS NOT OLD.debtor_address
  OR NEW.debtor_country IS NOT OLD.debtor_country
  OR NEW.iban_last4 IS NOT OLD.iban_last4
  OR NEW.iban_country IS NOT OLD.iban_country
  OR NEW.language IS NOT OLD.language
  OR NEW.created_at IS NOT OLD.created_at BEGIN
  SELECT RAISE(ABORT, 'payments_mandate_words_stay');
END;

CREATE TRIGGER payments_mandate_account_stays BEFORE UPDATE ON payments_mandate
WHEN NEW.state <> 'ABANDONED' AND (NEW.iban_index IS NOT OLD.iban_index
  OR NEW.bic IS NOT OLD.bic) BEGIN
  SELECT RAISE(ABORT, 'payments_mandate_account_stays');
END;

CREATE TRIGGER payments_mandate_signature_stays BEFORE UPDATE ON payments_mandate
WHEN OLD.state <> 'DRAFT' AND (NEW.method_id IS NOT OLD.method_id
  OR NEW.object_id IS NOT OLD.object_id
  OR NEW.signed_how IS NOT OLD.signed_how
  OR NEW.signed_on IS NOT OLD.signed_on
  OR NEW.signed_at_place IS NOT OLD.signed_at_place
  OR NEW.consent_id IS NOT OLD.consent_id
  OR NEW.consent_sha256 IS NOT OLD.consent_sha256
  OR NEW.consent_at IS NOT OLD.consent_at
  OR NEW.consent_address IS NOT OLD.consent_address
  OR NEW.consent_agent IS NOT OLD.consent_agent
  OR NEW.actor_id IS NOT OLD.actor_id
  OR NEW.replaces_id IS NOT OLD.replaces_id) BEGIN
  SELECT RAISE(ABORT, 'payments_mandate_signature_stays');
END;

CREATE TRIGGER payments_mandate_end_stays BEFORE UPDATE ON payments_mandate
WHEN OLD.ended_at IS NOT NULL AND (NEW.state <> OLD.state OR NEW.ended_at IS NOT OLD.ended_at) BEGIN
  SELECT RAISE(ABORT, 'payments_mandate_end_stays');
END;

CREATE TRIGGER payments_mandate_document_stays BEFORE UPDATE ON payments_mandate
WHEN OLD.pdf_sha256 <> '' AND NEW.pdf_sha256 <> OLD.pdf_sha256 BEGIN
  SELECT RAISE(ABORT, 'payments_mandate_document_stays');
END;
