"""A sitting that a person ended for everybody: when, who, as what, why.

The columns have defaults in the database, so the release before goes on inserting rows.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('exams', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='sitting',
            name='ended_early_as',
            field=models.CharField(blank=True, db_default='', help_text='The role, as students are told', max_length=20),
        ),
        migrations.AddField(
            model_name='sitting',
            name='ended_early_at',
            field=models.DateTimeField(blank=True, help_text="From here on nobody's time goes on", null=True),
        ),
        migrations.AddField(
            model_name='sitting',
            name='ended_early_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sitting',
            name='ended_early_reason',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddConstraint(
            model_name='sitting',
            constraint=models.CheckConstraint(condition=models.Q(('ended_early_at__isnull', True), models.Q(('ended_early_by__isnull', False), models.Q(('ended_early_reason', ''), _negated=True)), _connector='OR'), name='sitting_early_end_has_reason'),
        ),
    ]
