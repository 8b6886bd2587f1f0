import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

from bank.guards import DECISIONS, install

_POINTS = {
    "CUSTOMER_CHECKED": 70,
    "CUSTOMER_READ": 40,
    "INVOICE_NAMED": 50,
    "INVOICE_READ": 25,
    "QUOTE_NAMED": 50,
    "AMOUNT_NAMED": 30,
    "AMOUNT_EXACT": 25,
    "AMOUNT_SUM": 20,
    "AMOUNT_DUE": 20,
    "ANNOUNCED": 30,
    "PAYER_KNOWN": 30,
    "PAYER_SEEN": 10,
    "NAME_SAME": 15,
    "PUBLIC": 5,
    "ALREADY_PAID": -10,
    "PAYER_SHARED": -15,
    "CONFLICT": -30,
}
_LIMITS = {
    "sure_score": 70,
    "sure_margin": 25,
    "payer_confirmations": 2,
    "auto_customer": 1,
    "auto_invoices": 1,
    "auto_quote": 1,
}


def _look_again(apps, _schema_editor):
    """Lines that waited for matching are new: their money is not in the books yet."""
    apps.get_model("bank", "LineWork").objects.filter(tx=None).update(state="NEW")


def _first_rules(apps, _schema_editor):
    now = timezone.now()
    apps.get_model("bank", "RuleSet").objects.create(
        version=1,
        points=_POINTS,
        limits=_LIMITS,
        note="Règles d’origine",
        state="ACTIVE",
        made_at=now,
        activated_at=now,
    )


def _install(_apps, schema_editor):
    """SQLite rebuilt a guarded table; the new tables have guards of their own."""
    if schema_editor.connection.vendor == "sqlite":
        install(schema_editor.connection)
    install(schema_editor.connection, DECISIONS)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_invoice_texts"),
        ("bank", "0006_announced_transfers"),
        ("ledger", "0006_effective_by_its_recording"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("CREDIT", "credited"),
                            ("BOOK", "booked on an account"),
                            ("IGNORE", "left aside"),
                            ("RETURN", "returned to its sender"),
                            ("UNDO", "undone"),
                        ],
                        max_length=7,
                        verbose_name="decision",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("seconds", models.PositiveIntegerField(blank=True, null=True, verbose_name="seconds")),
                ("batch", models.CharField(blank=True, max_length=40, verbose_name="taken together")),
            ],
            options={
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
            },
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("judged_at", models.DateTimeField(verbose_name="judged at")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("AUTO", "posted by the rules"),
                            ("SURE", "sure"),
                            ("SUGGESTED", "to choose"),
                            ("SEVERAL", "several customers"),
                            ("UNMATCHED", "no trace"),
                        ],
                        max_length=9,
                        verbose_name="verdict",
                    ),
                ),
                ("score", models.IntegerField(default=0, verbose_name="points")),
                ("margin", models.IntegerField(default=0, verbose_name="margin")),
                ("met", models.JSONField(default=list, verbose_name="grounds")),
                ("candidates", models.JSONField(default=list, verbose_name="candidates")),
            ],
            options={
                "verbose_name": "judgement",
                "verbose_name_plural": "judgements",
            },
        ),
        migrations.CreateModel(
            name="LineGlance",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="glance",
                        serialize=False,
                        to="bank.bankline",
                        verbose_name="bank line",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                ("at", models.DateTimeField(verbose_name="last seen at")),
            ],
            options={
                "verbose_name": "look at a line",
                "verbose_name_plural": "looks at lines",
            },
        ),
        migrations.CreateModel(
            name="LineNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("text", models.CharField(max_length=500, verbose_name="note")),
            ],
            options={
                "verbose_name": "note on a line",
                "verbose_name_plural": "notes on lines",
            },
        ),
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(unique=True, verbose_name="version")),
                ("points", models.JSONField(verbose_name="points")),
                ("limits", models.JSONField(verbose_name="limits")),
                ("note", models.CharField(max_length=300, verbose_name="what changes")),
                (
                    "state",
                    models.CharField(
                        choices=[("DRAFT", "in the shadow"), ("ACTIVE", "active"), ("RETIRED", "used before")],
                        default="DRAFT",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="written at")),
                ("activated_at", models.DateTimeField(blank=True, null=True, verbose_name="active since")),
            ],
            options={
                "verbose_name": "matching rules",
                "verbose_name_plural": "matching rules",
            },
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                ("amount_cents", models.BigIntegerField(verbose_name="amount")),
                ("documents", models.JSONField(blank=True, default=list, verbose_name="documents")),
                ("settled", models.JSONField(blank=True, default=list, verbose_name="paid")),
                ("account", models.CharField(blank=True, max_length=10, verbose_name="account in the books")),
                ("lot_id", models.BigIntegerField(blank=True, null=True, verbose_name="money")),
            ],
            options={
                "verbose_name": "share of a line",
                "verbose_name_plural": "shares of lines",
            },
        ),
        migrations.RemoveConstraint(
            model_name="linework",
            name="bank_work_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="linework",
            name="bank_work_posted_means_posting",
        ),
        migrations.RunPython(_look_again, migrations.RunPython.noop),
        migrations.AddField(
            model_name="linework",
            name="flagged_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="to be checked since"),
        ),
        migrations.AddField(
            model_name="linework",
            name="flagged_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="flagged by",
            ),
        ),
        migrations.AlterField(
            model_name="linework",
            name="state",
            field=models.CharField(
                choices=[
                    ("NEW", "not looked at yet"),
                    ("SURE", "sure"),
                    ("SUGGESTED", "to choose"),
                    ("SEVERAL", "several customers"),
                    ("UNMATCHED", "no trace"),
                    ("OUT", "money out"),
                    ("TWICE", "told twice"),
                    ("POSTED", "posted"),
                    ("IGNORED", "left aside"),
                ],
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="linework",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["NEW", "SURE", "SUGGESTED", "SEVERAL", "UNMATCHED", "OUT", "TWICE", "POSTED", "IGNORED"],
                    )
                ),
                name="bank_work_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="linework",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["NEW", "TWICE"]), ("tx", None)),
                    ("state", "IGNORED"),
                    models.Q(models.Q(("state__in", ["NEW", "TWICE"]), _negated=True), ("tx__isnull", False)),
                    _connector="OR",
                ),
                name="bank_work_seen_means_posting",
            ),
        ),
        migrations.AddConstraint(
            model_name="linework",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("flagged_at", None), ("flagged_by", None)),
                    models.Q(("flagged_at__isnull", False), ("flagged_by__isnull", False)),
                    _connector="OR",
                ),
                name="bank_work_flagged_by_somebody",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="bank.bankline",
                verbose_name="bank line",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="undoes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone",
                to="bank.decision",
                verbose_name="undoes",
            ),
        ),
        migrations.AddField(
            model_name="judgement",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="judgements",
                to="bank.bankline",
                verbose_name="bank line",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="judgement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="bank.judgement",
                verbose_name="judgement",
            ),
        ),
        migrations.AddField(
            model_name="lineglance",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="linenote",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="linenote",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="bank.bankline",
                verbose_name="bank line",
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="activated_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="activated by",
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="written by",
            ),
        ),
        migrations.AddField(
            model_name="judgement",
            name="rules",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bank.ruleset", verbose_name="rules"
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bank_shares",
                to="accounts.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shares",
                to="bank.decision",
                verbose_name="decision",
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="party_account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shares",
                to="bank.partyaccount",
                verbose_name="account of the payer",
            ),
        ),
        migrations.AddField(
            model_name="share",
            name="tx",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.tx", verbose_name="posting"
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["-at"], name="bank_decision_newest"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("batch", ""), _negated=True), fields=["batch"], name="bank_decision_batch"
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("line", "number"), name="bank_decision_once"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("action__in", ["CREDIT", "BOOK", "IGNORE", "RETURN", "UNDO"])),
                name="bank_decision_action_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "UNDO"), ("undoes__isnull", False)),
                    models.Q(models.Q(("action", "UNDO"), _negated=True), ("undoes", None)),
                    _connector="OR",
                ),
                name="bank_decision_undo_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("action", "CREDIT"), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="bank_decision_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("by__isnull", False), ("action__in", ["CREDIT", "BOOK"]), _connector="OR"),
                name="bank_decision_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineglance",
            constraint=models.CheckConstraint(
                condition=models.Q(("since__lte", models.F("at"))), name="bank_glance_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="linenote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="bank_note_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["DRAFT", "ACTIVE", "RETIRED"])), name="bank_rules_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(("note", ""), _negated=True), name="bank_rules_say_what_changes"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("activated_at", None), ("state", "DRAFT")),
                    models.Q(models.Q(("state", "DRAFT"), _negated=True), ("activated_at__isnull", False)),
                    _connector="OR",
                ),
                name="bank_rules_active_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ACTIVE")), fields=("state",), name="bank_rules_one_active"
            ),
        ),
        migrations.AddIndex(
            model_name="judgement",
            index=models.Index(fields=["line", "-id"], name="bank_judgement_newest"),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["AUTO", "SURE", "SUGGESTED", "SEVERAL", "UNMATCHED"])),
                name="bank_judgement_verdict_known",
            ),
        ),
        migrations.AddIndex(
            model_name="share",
            index=models.Index(fields=["party_account", "customer"], name="bank_share_of_payer"),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.UniqueConstraint(fields=("decision", "place"), name="bank_share_once"),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_cents", 0), _negated=True), name="bank_share_not_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", ""), ("customer__isnull", False), ("lot_id__isnull", False)),
                    models.Q(("customer", None), ("lot_id", None), models.Q(("account", ""), _negated=True)),
                    _connector="OR",
                ),
                name="bank_share_of_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="share",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lot_id__isnull", False)), fields=("lot_id",), name="bank_share_one_money"
            ),
        ),
        migrations.RunPython(_install, migrations.RunPython.noop),
        migrations.RunPython(_first_rules, migrations.RunPython.noop),
    ]
