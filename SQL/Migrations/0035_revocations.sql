-- Certificates that people or changes of labels revoke stop what they allowed, as alarms do.

ALTER TABLE fallback DROP CONSTRAINT fallback_cause_known;
ALTER TABLE fallback ADD CONSTRAINT fallback_cause_known CHECK (
    cause IN ('concept', 'error_limit', 'expiry', 'silence', 'revocation', 'label_change'));
COMMENT ON COLUMN fallback.subject IS 'What it rests on: the certificate that expired or was revoked, the activation of the policy whose limit is broken, the version of the label set, else the alarm; each is acted on once.';
