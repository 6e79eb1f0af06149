"""Non-accrual, credit, escrow, write-offs of small balances, sales and draws: their kinds, balances and accounts."""

import django_fsm
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EVENT_KINDS = [
    "disbursement", "draw", "rate_change", "fee", "fee_waiver", "payment", "payoff", "credit_applied", "refund",
    "escrow_deposit", "escrow_disbursement", "capitalise_interest", "capitalise_fees", "nonaccrual", "restoration",
    "write_off", "charge_off", "recovery", "late_fee", "sale", "buy_back", "reversal",
]  # fmt: skip
MOVES_MONEY = [
    "disbursement", "draw", "fee", "fee_waiver", "payment", "payoff", "late_fee", "recovery", "credit_applied",
    "refund", "escrow_deposit", "escrow_disbursement", "sale", "buy_back",
]  # fmt: skip
LABELS = {
    "rate_change": "Rate change", "fee_waiver": "Fee waiver", "credit_applied": "Credit applied",
    "escrow_deposit": "Escrow deposit", "escrow_disbursement": "Escrow disbursement",
    "capitalise_interest": "Interest capitalised", "capitalise_fees": "Fees capitalised", "nonaccrual": "Non-accrual",
    "restoration": "Return to accrual", "write_off": "Small balance written off", "charge_off": "Charge-off",
    "late_fee": "Late fee", "buy_back": "Buy-back",
}  # fmt: skip

# The accounts that ledger/data/chart_of_accounts.csv has gained, for companies that opened their books before. A code
# that the lender gave to something else already is followed by an N.
ACCOUNTS = [
    ("1205", "Interest applied to principal", "asset", "applied"),
    ("1215", "Interest in suspense", "asset", "suspense"),
    ("2110", "Escrow held", "liability", "escrow"),
    ("4300", "Gain or loss on loans sold", "income", "sale_of_loans"),
    ("5040", "Small balances written off", "expense", "small_balances"),
    ("5050", "Interest waived", "expense", "interest_waived"),
]
ADD_ACCOUNT = """
INSERT INTO ledger_account (tenant_id, legal_entity_id, currency, code, name, kind, role, is_default)
SELECT cash.tenant_id, cash.legal_entity_id, cash.currency,
       %(code)s || CASE WHEN EXISTS (
         SELECT 1 FROM ledger_account a WHERE a.tenant_id = cash.tenant_id
           AND a.legal_entity_id = cash.legal_entity_id AND a.code = %(code)s) THEN 'N' ELSE '' END,
       %(name)s, %(kind)s, %(role)s, true
FROM ledger_account cash
WHERE cash.role = 'cash' AND cash.is_default AND NOT EXISTS (
  SELECT 1 FROM ledger_account a WHERE a.tenant_id = cash.tenant_id AND a.legal_entity_id = cash.legal_entity_id
    AND a.currency = cash.currency AND a.role = %(role)s AND a.is_default)
"""


def add_accounts(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Every company gets the new accounts, tenant by tenant: the fence binds the owner too."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT every_tenant_id()")
        for (tenant_id,) in cursor.fetchall():
            cursor.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant_id)])
            for code, name, kind, role in ACCOUNTS:
                cursor.execute(ADD_ACCOUNT, {"code": code, "name": name, "kind": kind, "role": role})
        cursor.execute("SELECT set_config('app.tenant', '', true)")


def money() -> models.Field:
    return models.DecimalField(decimal_places=2, default=0, db_default=0, max_digits=18)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_payment_purpose"), ("tenants", "0002_directory")]

    operations = [
        migrations.AddField("loanbalance", "escrow", money()),
        migrations.AddField("loanbalance", "nonaccrual", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("loanbalance", "suspense", money()),
        migrations.AddField("loanbalance", "applied", money()),
        migrations.AddConstraint(
            "loanbalance",
            models.CheckConstraint(
                condition=models.Q(suspense__gte=0, suspense__lte=models.F("interest")),
                name="balance_suspense_is_of_interest",
            ),
        ),
        migrations.AddConstraint(
            "loanbalance",
            models.CheckConstraint(condition=models.Q(applied__gte=0), name="balance_applied_not_negative"),
        ),
        migrations.AddField(
            "accrual",
            "suspended",
            models.DecimalField(
                decimal_places=2,
                default=0,
                db_default=0,
                max_digits=18,
                help_text="Of the amount, what went into suspense and not into income.",
            ),
        ),
        migrations.AlterField(
            "loan",
            "state",
            django_fsm.FSMField(
                choices=[
                    ("active", "Active"),
                    ("paid_off", "Paid off"),
                    ("charged_off", "Charged off"),
                    ("sold", "Sold"),
                ],
                default="active",
                max_length=50,
                protected=True,
            ),
        ),
        migrations.RemoveConstraint("loan", "loan_state_known"),
        migrations.AddConstraint(
            "loan",
            models.CheckConstraint(
                condition=models.Q(state__in=["active", "paid_off", "charged_off", "sold"]), name="loan_state_known"
            ),
        ),
        migrations.AlterField(
            "glmappingline",
            "status",
            models.CharField(
                blank=True,
                choices=[
                    ("active", "Active"),
                    ("paid_off", "Paid off"),
                    ("charged_off", "Charged off"),
                    ("sold", "Sold"),
                ],
                max_length=12,
            ),
        ),
        migrations.RemoveConstraint("glmappingline", "gl_mapping_status_known"),
        migrations.AddConstraint(
            "glmappingline",
            models.CheckConstraint(
                condition=models.Q(status__in=["", "active", "paid_off", "charged_off", "sold"]),
                name="gl_mapping_status_known",
            ),
        ),
        migrations.AlterField(
            "loanevent",
            "kind",
            models.CharField(
                choices=[(kind, LABELS.get(kind, kind.capitalize())) for kind in EVENT_KINDS], max_length=20
            ),
        ),
        migrations.RemoveConstraint("loanevent", "event_kind_known"),
        migrations.AddConstraint(
            "loanevent",
            models.CheckConstraint(condition=models.Q(kind__in=EVENT_KINDS), name="event_kind_known"),
        ),
        migrations.RemoveConstraint("loanevent", "event_amount_positive"),
        migrations.AddConstraint(
            "loanevent",
            models.CheckConstraint(
                condition=~models.Q(kind__in=MOVES_MONEY) | models.Q(amount__isnull=False, amount__gt=0),
                name="event_amount_positive",
            ),
        ),
        migrations.RunPython(add_accounts, migrations.RunPython.noop),
    ]
