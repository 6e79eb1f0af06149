"""What the database itself keeps true about applications. Each rule has a test that breaks it."""

from django.db import migrations

APPEND_ONLY_TABLES = ["offer", "agreement", "signature", "applicationevent"]
NEVER_DELETED_TABLES = ["application"]

# What an applicant stated is evidence of what the decision rested on.
STATEMENTS_STAY = """
CREATE FUNCTION origination_statements_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'application % was sent: what it states stays as it is', OLD.number USING ERRCODE = '23514';
END $$;
CREATE TRIGGER origination_statements_stay BEFORE UPDATE ON origination_application
  FOR EACH ROW WHEN (OLD.submitted_on IS NOT NULL AND
    (OLD.number, OLD.legal_entity_id, OLD.applicant_id, OLD.party_id, OLD.product_version_id, OLD.kind, OLD.name,
     OLD.phone, OLD.street, OLD.city, OLD.us_state, OLD.postal_code, OLD.annual_income, OLD.years_established,
     OLD.amount, OLD.months, OLD.purpose, OLD.submitted_on)
    IS DISTINCT FROM
    (NEW.number, NEW.legal_entity_id, NEW.applicant_id, NEW.party_id, NEW.product_version_id, NEW.kind, NEW.name,
     NEW.phone, NEW.street, NEW.city, NEW.us_state, NEW.postal_code, NEW.annual_income, NEW.years_established,
     NEW.amount, NEW.months, NEW.purpose, NEW.submitted_on))
  EXECUTE FUNCTION origination_statements_stay();
"""

TEXT_IS_ITS_DIGEST = """
ALTER TABLE origination_agreement ADD CONSTRAINT agreement_text_is_its_digest
  CHECK (sha256 = encode(sha256(convert_to(html, 'UTF8')), 'hex'))
"""

# A signature is under the text of its own offer.
SIGNED_WHAT_WAS_OFFERED = """
CREATE FUNCTION origination_signed_what_was_offered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM origination_agreement a
                 WHERE a.offer_id = NEW.offer_id AND a.sha256 = NEW.document_sha256) THEN
    RAISE EXCEPTION 'the signed text is not the agreement of offer %', NEW.offer_id USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER origination_signed_what_was_offered AFTER INSERT ON origination_signature
  FOR EACH ROW EXECUTE FUNCTION origination_signed_what_was_offered();
"""


def guard(table: str, name: str, operations: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE {operations} ON origination_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()",
        f"DROP TRIGGER {name} ON origination_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("origination", "0001_initial"), ("ledger", "0002_books")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE origination_application_number", "DROP SEQUENCE origination_application_number"
        ),
        *(guard(table, "append_only", "UPDATE OR DELETE OR TRUNCATE") for table in APPEND_ONLY_TABLES),
        *(guard(table, "never_deleted", "DELETE OR TRUNCATE") for table in NEVER_DELETED_TABLES),
        migrations.RunSQL(STATEMENTS_STAY, "DROP FUNCTION origination_statements_stay() CASCADE"),
        migrations.RunSQL(
            TEXT_IS_ITS_DIGEST, "ALTER TABLE origination_agreement DROP CONSTRAINT agreement_text_is_its_digest"
        ),
        migrations.RunSQL(SIGNED_WHAT_WAS_OFFERED, "DROP FUNCTION origination_signed_what_was_offered() CASCADE"),
    ]
