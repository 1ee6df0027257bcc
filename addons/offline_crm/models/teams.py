"""What belongs to a salesperson: their own, and what is of the teams that they are in or lead."""

from __future__ import annotations

from odoo.fields import Domain

#: Who is in a team decides about the scope.
DEPENDENCIES = {"crm.team.member": "team_id.crm_team_member_ids"}


def of_user(user) -> Domain:
    """The records with a salesperson and a team that are of the user, or of a team of theirs."""
    member = Domain("user_id", "=", user.id) & Domain("active", "=", True)
    in_team = Domain("team_id.crm_team_member_ids", "any", member)
    return Domain("user_id", "=", user.id) | Domain("team_id.user_id", "=", user.id) | in_team
