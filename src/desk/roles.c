/* Roles: see roles.h. */
#include "desk/roles.h"

#include "base/attributes.h"
#include "desk/approval.h"

const char *const role_names[ROLE_COUNT] = {
    "duty_officer",          "investigator",     "analyst",      "approver",
    "head_of_desk",          "signatory",        "dpo",          "auditor",
    "supervisory_authority", "security_officer", "administrator"};

#define BIT(role) (1u << ROLE_##role)

/* Groups of roles, by the work that they share. */
enum {
    EVERYONE = (1u << ROLE_COUNT) - 1,
    /* Exchange with the partner, inside a case. */
    OFFICERS = BIT(DUTY_OFFICER) | BIT(INVESTIGATOR) | BIT(HEAD_OF_DESK),
    /* Approve what others send; they see it before. */
    APPROVERS = BIT(APPROVER) | BIT(HEAD_OF_DESK),
    /* Look over the shoulder of the others. */
    OVERSIGHT = BIT(DPO) | BIT(AUDITOR) | BIT(SUPERVISORY_AUTHORITY),
    /* Keep the machine; read no content. */
    KEEPERS = BIT(SECURITY_OFFICER) | BIT(ADMINISTRATOR),
    /* Answer for the end of a log, two together. */
    LOG_ENDERS = BIT(HEAD_OF_DESK) | BIT(SECURITY_OFFICER),
    /* See a message's content, with case and reason in the log. */
    READERS = OFFICERS | APPROVERS | BIT(ANALYST) | BIT(DPO) | BIT(SUPERVISORY_AUTHORITY),
};

//= dir-2016-680 art 29(2)(e)
const struct role_rule role_rules[] = {
    {"request-send", OFFICERS},
    {"answer-send", OFFICERS},
    {"refuse-send", OFFICERS},
    {"spontaneous-send", OFFICERS},
    {"rights-flag", OFFICERS | APPROVERS},
    {"rights-decide", BIT(HEAD_OF_DESK)},
    {"rights-list", OFFICERS | APPROVERS | OVERSIGHT},
    {"spontaneous-list", READERS | BIT(AUDITOR)},
    {"copy-list", READERS | BIT(AUDITOR)},
    {"assign", OFFICERS},
    {"clarification-ask", OFFICERS},
    {"clarification-reply", OFFICERS},
    {"access-decide", OFFICERS},
    {"delay-tell", OFFICERS},
    {"urgency-doubt", OFFICERS},
    {"urgency-reply", OFFICERS},
    {"item-withdraw", OFFICERS},
    {"item-forward", OFFICERS},
    {"item-export", OFFICERS},
    {"upload", OFFICERS},
    {"case-put", OFFICERS | BIT(ANALYST)},
    {"case-list", OFFICERS | APPROVERS | BIT(ANALYST) | OVERSIGHT},
    {"register-put", OFFICERS},
    {"register-list", OFFICERS | APPROVERS | BIT(ANALYST) | OVERSIGHT},
    {"register-show", READERS},
    {"register-scan", READERS},
    {"translation-put", OFFICERS | BIT(ANALYST)},
    {"translation-list", READERS},
    {"crosscheck-show", OFFICERS | BIT(ANALYST)},
    {"crosscheck-touched", OFFICERS | BIT(ANALYST)},
    {"duplicate-check", OFFICERS},
    {"case-show", READERS},
    {"case-assign", OFFICERS},
    {"case-close", OFFICERS},
    {"case-reopen", OFFICERS},
    {"case-erase", BIT(HEAD_OF_DESK) | BIT(DPO)},
    {"case-note", OFFICERS | BIT(ANALYST)},
    {"case-reference", OFFICERS | BIT(ANALYST)},
    {"case-person-put", OFFICERS | BIT(ANALYST)},
    {"case-person-remove", OFFICERS | BIT(DPO)},
    {"case-person-protection", OFFICERS | BIT(ANALYST)},
    {"case-task", OFFICERS | BIT(ANALYST)},
    {"case-task-done", OFFICERS | BIT(ANALYST)},
    {"task-list", OFFICERS | BIT(ANALYST)},
    {"handover-give", OFFICERS},
    {"handover-show", OFFICERS | OVERSIGHT},
    {"handover-take", OFFICERS},
    {"handover-list", OFFICERS | OVERSIGHT},
    {"item-erase", OFFICERS | BIT(DPO)},
    {"inbox-list", READERS | BIT(AUDITOR)},
    {"sent-list", READERS | BIT(AUDITOR)},
    {"alarm-list", READERS | BIT(AUDITOR)},
    {"item-show", READERS},
    {"attachment-find", READERS},
    {"agreement-list", EVERYONE},
    {"agreement-suspend", BIT(HEAD_OF_DESK) | BIT(SECURITY_OFFICER)},
    {"agreement-resume", BIT(HEAD_OF_DESK) | BIT(SECURITY_OFFICER)},
    {"agreement-import", BIT(HEAD_OF_DESK) | BIT(SIGNATORY) | BIT(ADMINISTRATOR)},
    {"agreement-propose", BIT(HEAD_OF_DESK) | BIT(SIGNATORY)},
    {"agreement-accept", BIT(HEAD_OF_DESK) | BIT(SIGNATORY)},
    {"agreement-refuse", BIT(HEAD_OF_DESK) | BIT(SIGNATORY)},
    {"agreement-withdraw", BIT(HEAD_OF_DESK) | BIT(SIGNATORY)},
    {"agreement-terminate", BIT(HEAD_OF_DESK) | BIT(SIGNATORY)},
    {"agreement-history", BIT(HEAD_OF_DESK) | BIT(SIGNATORY) | OVERSIGHT | KEEPERS},
    {"agreement-diff", BIT(HEAD_OF_DESK) | BIT(SIGNATORY) | BIT(DPO)},
    {"agreement-try", READERS | BIT(SIGNATORY)},
    {"agreement-proposal", BIT(HEAD_OF_DESK) | BIT(SIGNATORY) | OVERSIGHT | KEEPERS},
    {"pair-import", KEEPERS},
    {"officer-put", BIT(ADMINISTRATOR)},
    {"officer-list", OFFICERS | APPROVERS | OVERSIGHT | KEEPERS},
    {"officer-password", BIT(ADMINISTRATOR)},
    {"password-change", EVERYONE},
    {"approval-list", OFFICERS | APPROVERS | BIT(SIGNATORY) | KEEPERS},
    {"approval-show", OFFICERS | APPROVERS | BIT(SIGNATORY) | KEEPERS},
    /* Which acts, role_check_approver says for each. */
    {"approval-confirm", APPROVERS | BIT(SIGNATORY) | KEEPERS},
    {"approval-refuse", OFFICERS | APPROVERS | BIT(SIGNATORY) | KEEPERS},
    {"emergency-send", OFFICERS},
    {"emergency-review", APPROVERS | BIT(DPO)},
    {"emergency-list", OFFICERS | APPROVERS | OVERSIGHT},
    {"glass-open", OFFICERS | BIT(ANALYST)},
    {"glass-review", BIT(HEAD_OF_DESK) | BIT(DPO)},
    {"glass-list", BIT(HEAD_OF_DESK) | OVERSIGHT},
    {"on-call-put", APPROVERS},
    {"on-call-list", OFFICERS | APPROVERS | OVERSIGHT},
    {"on-call-remove", APPROVERS},
    {"statistics", BIT(HEAD_OF_DESK) | OVERSIGHT},
    {"officer-sessions", KEEPERS | BIT(DPO) | BIT(AUDITOR)},
    {"officer-end", KEEPERS},
    {"held-list", BIT(HEAD_OF_DESK) | OVERSIGHT | KEEPERS},
    {"held-retry", BIT(HEAD_OF_DESK) | BIT(ADMINISTRATOR)},
    {"succession-prepare", LOG_ENDERS},
    {"succession-allow", LOG_ENDERS},
    {"succession-import", LOG_ENDERS},
    {"keeper-renew", KEEPERS},
    {"keeper-recover", LOG_ENDERS},
    {"tls-renew", KEEPERS},
    /* Safety first: whoever is there at night may shut a door. */
    {"key-revoke", BIT(HEAD_OF_DESK) | KEEPERS},
    {"officer-revoke", BIT(HEAD_OF_DESK) | KEEPERS},
    {"desk-key-revoke", KEEPERS},
    {"passphrase-change", KEEPERS},
    {"institution-install", KEEPERS},
    {"resume-order", BIT(HEAD_OF_DESK) | BIT(SECURITY_OFFICER)},
    {"resume-allow", BIT(HEAD_OF_DESK) | BIT(SECURITY_OFFICER)},
    {"resume-status", BIT(HEAD_OF_DESK) | OVERSIGHT | KEEPERS},
    {"retention-status", BIT(HEAD_OF_DESK) | OVERSIGHT | KEEPERS},
    {"retention-list", BIT(HEAD_OF_DESK) | OVERSIGHT},
    {"retention-run", BIT(HEAD_OF_DESK) | BIT(DPO)},
    {"retention-hold", BIT(HEAD_OF_DESK) | BIT(DPO)},
    {"retention-release", BIT(HEAD_OF_DESK) | BIT(DPO)},
    {"retention-clock", BIT(HEAD_OF_DESK) | BIT(SECURITY_OFFICER)},
    /* Whose acts are looked into does not say what is kept of them. */
    {"acts-hold", BIT(DPO) | BIT(SUPERVISORY_AUTHORITY)},
    {"acts-release", BIT(DPO) | BIT(SUPERVISORY_AUTHORITY)},
    {"acts-holds", OVERSIGHT},
    {"own-search", OFFICERS | BIT(ANALYST)},
    {"own-link", BIT(ANALYST) | BIT(HEAD_OF_DESK)},
    {"own-show", OFFICERS | BIT(ANALYST) | BIT(DPO)},
    {"own-remove", OFFICERS | BIT(DPO)},
    {"own-join", OFFICERS | BIT(ANALYST)},
    {"own-part", OFFICERS | BIT(ANALYST)},
    {"own-due", BIT(HEAD_OF_DESK) | OVERSIGHT},
    {"own-review", OFFICERS | BIT(ANALYST) | BIT(DPO)},
    {"own-import-begin", BIT(ANALYST) | BIT(HEAD_OF_DESK)},
    {"own-import-take", BIT(ANALYST) | BIT(HEAD_OF_DESK)},
    {"own-import-end", BIT(ANALYST) | BIT(HEAD_OF_DESK)},
    {"own-import-list", OFFICERS | BIT(ANALYST) | OVERSIGHT | BIT(ADMINISTRATOR)},
    {"rebuild", BIT(ADMINISTRATOR)},
    {"serve", BIT(HEAD_OF_DESK) | KEEPERS},
    {"status", EVERYONE},
    {"doctor", BIT(HEAD_OF_DESK) | OVERSIGHT | KEEPERS},
    {"verify", BIT(HEAD_OF_DESK) | OVERSIGHT | KEEPERS},
    {"verify-show", BIT(HEAD_OF_DESK) | OVERSIGHT | KEEPERS},
    {"log-export", BIT(HEAD_OF_DESK) | OVERSIGHT | KEEPERS},
    {"backup", KEEPERS},
    {"backup-verified", KEEPERS},
    {"upgrade", BIT(ADMINISTRATOR)},
};
const size_t role_rule_count = ARRAY_COUNT(role_rules);

const struct role_at_node roles_at_node[] = {
    {"agreement-import", "The new line opens with a signal to the node, whose sandbox names the "
                         "ports that it may call."},
    {"pair-import", "The partner's half of the shared key goes through no request."},
    {"keeper-renew", "The node is stopped, and the keeper's passphrase is typed."},
    {"keeper-recover", "The node is stopped, and the keeper's passphrase is typed."},
    {"tls-renew", "The new private key is made on the node and leaves it never."},
    {"desk-key-revoke", "Whoever holds the stolen key reads what goes through the API."},
    {"passphrase-change", "Both passphrases are typed at the node and go over no line."},
    {"institution-install", "Its next step, a new TLS key, is made on the node."},
    {"own-link", "The list is read where it lies; its command hands it over in slices."},
    {"own-import-begin", "The file is read where it lies; its command hands it over in slices."},
    {"own-import-take", "The file is read where it lies; its command hands it over in slices."},
    {"own-import-end", "The file is read where it lies; its command hands it over in slices."},
    {"rebuild", "Every other act waits while the tables are built anew."},
    {"serve", "It starts the node."},
    {"log-export", "The command writes the files where it runs."},
    {"backup", "The command writes the files where it runs, sealed for a key that is kept apart."},
    {"backup-verified", "The drill restores to a scratch node, with the key that is kept apart."},
    {"upgrade", "The node is stopped, and another program takes its books."},
};
const size_t role_at_node_count = ARRAY_COUNT(roles_at_node);

bool role_read(struct span name, enum role *out)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (!span_is(name, role_names[i]))
            continue;
        *out = (enum role)i;
        return true;
    }
    return false;
}

bool role_permits(enum role role, const char *act)
{
    for (size_t i = 0; i < role_rule_count; i++)
        if (strcmp(role_rules[i].act, act) == 0)
            return (role_rules[i].roles & 1u << role) != 0;
    return false;
}

bool role_check(struct span role_name, const char *act, struct error *err)
{
    enum role role;

    if (!role_read(role_name, &role))
        return error_set(err, ERROR_RULE, "%s: the officer has no role that is known here", act);
    return role_permits(role, act) ||
           error_set(err, ERROR_RULE, "%s: not for the role %s (docs/roles.md)", act,
                     role_names[role]);
}

/* Acts that whoever may begin them may also approve, and nobody else. */
static bool is_mutual(const char *act)
{
    static const char *const acts[] = {"key-revoke",          "officer-revoke",
                                       "desk-key-revoke",     "passphrase-change",
                                       "institution-install", "agreement-terminate"};

    for (size_t i = 0; i < ARRAY_COUNT(acts); i++)
        if (strcmp(act, acts[i]) == 0)
            return true;
    return false;
}

bool role_check_approver(struct span role_name, const char *act, struct error *err)
{
    enum role role;
    uint32_t approvers = APPROVERS;

    if (strncmp(act, "succession-", 11) == 0 || strncmp(act, "keeper-", 7) == 0)
        approvers = LOG_ENDERS;
    /* What comes back in a resume is everything: whoever may order it, may approve it, and nobody else. */
    if (strcmp(act, "resume-order") == 0 || strcmp(act, "retention-clock") == 0)
        approvers = BIT(HEAD_OF_DESK) | BIT(SECURITY_OFFICER);
    /* Whoever keeps the list of officers does not also open the door. */
    if (strcmp(act, "officer-password") == 0)
        approvers = BIT(HEAD_OF_DESK) | BIT(SECURITY_OFFICER);
    if (strcmp(act, "glass-open") == 0)
        approvers = BIT(HEAD_OF_DESK);
    bool is_known = role_read(role_name, &role);
    if (is_known && is_mutual(act))
        approvers = role_permits(role, act) ? 1u << role : 0;
    return (is_known && (approvers & 1u << role) != 0) ||
           error_set(err, ERROR_RULE, "%s: the role %.*s does not approve (docs/roles.md)", act,
                     SPAN_ARG(role_name));
}

void roles_document(struct buffer *out)
{
    buffer_text(out, "# Roles\n\n"
                     "Generated from the table in `src/desk/roles.c`; do not edit. To write it "
                     "anew: `desk_roles_test --write docs/roles.md`.\n\n"
                     "Each officer has one role. The table holds for every act, whether it comes "
                     "from the command line or through the API; what has no mark is refused, and "
                     "the refusal names act and role.\n\n| act |");
    for (size_t i = 0; i < ROLE_COUNT; i++)
        buffer_format(out, " `%s` |", role_names[i]);
    buffer_text(out, "\n|---|");
    for (size_t i = 0; i < ROLE_COUNT; i++)
        buffer_text(out, "---|");
    buffer_text(out, "\n");
    for (size_t i = 0; i < role_rule_count; i++) {
        buffer_format(out, "| `%s` |", role_rules[i].act);
        for (size_t k = 0; k < ROLE_COUNT; k++)
            buffer_text(out, (role_rules[i].roles & 1u << k) != 0 ? " yes |" : " |");
        buffer_text(out, "\n");
    }
    buffer_text(out, "\n## At the node alone\n\n"
                     "Every act has a route of the API ([openapi.json](openapi.json), "
                     "`x-besa-act`), but these:\n\n| act | why |\n|---|---|\n");
    for (size_t i = 0; i < role_at_node_count; i++)
        buffer_format(out, "| `%s` | %s |\n", roles_at_node[i].act, roles_at_node[i].why);
    buffer_text(out, "\n## Two officers\n\nApprove what another officer sends:");
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if ((APPROVERS & 1u << i) != 0)
            buffer_format(out, " `%s`", role_names[i]);
    buffer_text(
        out,
        ". The end of a log (`succession-prepare`, `succession-import`), the recovery of a keeper "
        "(`keeper-recover`), a revocation (`key-revoke`, `officer-revoke`, `desk-key-revoke`) and a "
        "change of passphrase (`passphrase-change`) or of the institution's certificate "
        "(`institution-install`), and the end of an agreement (`agreement-terminate`), are approved by those who may begin them; a keeper's new keys "
        "(`keeper-renew`), a resume, the clock (`retention-clock`) and a one-time password by "
        "`head_of_desk` or `security_officer`. "
        "Nobody approves their own draft, and nobody a password for themselves.\n\n"
        "Two officers each time, whatever the agreement says:");
    for (size_t i = 0; i < role_rule_count; i++)
        if (approval_must_wait(span_text(role_rules[i].act)))
            buffer_format(out, " `%s`", role_rules[i].act);
    buffer_text(
        out,
        ".\n\n"
        "Through the API a second officer is asked, not named: the act waits as a draft, they see "
        "it in their own session and confirm the SHA-256 of exactly these bytes, or refuse it. The "
        "entry of the act holds both names and that digest. A draft that nobody decides within a "
        "day expires.\n\n"
        "The command line is open to the node's own account alone. A second officer who has a "
        "password types it there (`--approver`, `besa approval confirm`), or is asked as through "
        "the API (`--ask`); the first one's name is taken as it is given. Whoever holds that "
        "account can name anyone; administrators who should not, work through the API "
        "([login.md](login.md)).\n\n"
        "`node` is no officer: it enters one while there is no active "
        "`administrator`, so at installation, and does nothing else.\n");
}
