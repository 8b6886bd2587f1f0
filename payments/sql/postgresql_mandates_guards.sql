-- What PostgreSQL refuses about mandates; `payments_refuse` comes with the guards of the till.
-- The encrypted number itself may be written again (a new key); its index, which is under the hash, may not.

CREATE OR REPLACE TRIGGER payments_mandate_stays BEFORE DELETE ON payments_mandate
  FOR EACH ROW EXECUTE FUNCTION payments_refuse();

-- What the form says, from the first moment.
CREATE OR REPLACE TRIGGER payments_mandate_words_stay BEFORE UPDATE ON payments_mandate FOR EACH ROW
  WHEN (NEW.public_id IS DISTINCT FROM OLD.public_id
    OR NEW.customer_id IS DISTINCT FROM OLD.customer_id
    OR NEW.through IS DISTINCT FROM OLD.through
    OR NEW.scheme IS DISTINCT FROM OLD.scheme
    OR NEW.reference IS DISTINCT FROM OLD.reference
    OR NEW.ics IS DISTINCT FROM OLD.ics
    OR NEW.creditor_name IS DISTINCT FROM OLD.creditor_name
    OR NEW.creditor_address IS DISTINCT FROM OLD.creditor_address
    OR NEW.debtor_name IS DISTINCT FROM OLD.debtor_name
    OR NEW.debtor_address IS DISTINCT FROM OLD.debtor_address
    OR NEW.debtor_country IS DISTINCT FROM OLD.debtor_country
    OR NEW.iban_last4 IS DISTINCT FROM OLD.iban_last4
    OR NEW.iban_country IS DISTINCT FROM OLD.iban_country
    OR NEW.language IS DISTINCT FROM OLD.language
    OR NEW.created_at IS DISTINCT FROM OLD.created_at)
  EXECUTE FUNCTION payments_refuse();

-- Which account: one that was never signed lets go of it.
CREATE OR REPLACE TRIGGER payments_mandate_account_stays BEFORE UPDATE ON payments_mandate FOR EACH ROW
  WHEN (NEW.state <> 'ABANDONED' AND (
    NEW.iban_index IS DISTINCT FROM OLD.iban_index
    OR NEW.bic IS DISTINCT FROM OLD.bic))
  EXECUTE FUNCTION payments_refuse();

-- What proves the signature.
CREATE OR REPLACE TRIGGER payments_mandate_signature_stays BEFORE UPDATE ON payments_mandate FOR EACH ROW
  WHEN (OLD.state <> 'DRAFT' AND (
    NEW.method_id IS DISTINCT FROM OLD.method_id
    OR NEW.object_id IS DISTINCT FROM OLD.object_id
    OR NEW.signed_how IS DISTINCT FROM OLD.signed_how
    OR NEW.signed_on IS DISTINCT FROM OLD.signed_on
    OR NEW.signed_at_place IS DISTINCT FROM OLD.signed_at_place
    OR NEW.consent_id IS DISTINCT FROM OLD.consent_id
    OR NEW.consent_sha256 IS DISTINCT FROM OLD.consent_sha256
    OR NEW.consent_at IS DISTINCT FROM OLD.consent_at
    OR NEW.consent_address IS DISTINCT FROM OLD.consent_address
    OR NEW.consent_agent IS DISTINCT FROM OLD.consent_agent
    OR NEW.actor_id IS DISTINCT FROM OLD.actor_id
    OR NEW.replaces_id IS DISTINCT FROM OLD.replaces_id))
  EXECUTE FUNCTION payments_refuse();

-- What ended stays ended.
CREATE OR REPLACE TRIGGER payments_mandate_end_stays BEFORE UPDATE ON payments_mandate FOR EACH ROW
  WHEN (OLD.ended_at IS NOT NULL AND (NEW.state <> OLD.state OR NEW.ended_at IS DISTINCT FROM OLD.ended_at))
  EXECUTE FUNCTION payments_refuse();

-- The document that was made is the document.
CREATE OR REPLACE TRIGGER payments_mandate_document_stays BEFORE UPDATE ON payments_mandate FOR EACH ROW
  WHEN (OLD.pdf_sha256 <> '' AND NEW.pdf_sha256 <> OLD.pdf_sha256)
  EXECUTE FUNCTION payments_refuse();
