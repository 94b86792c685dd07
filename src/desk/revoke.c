/*
 * Revoking keys: a TLS certificate of this node, told to every partner in one job; and what an officer proves herself
 * with. Two officers each time: what is revoked does not come back. docs/keys.md.
 */
#include "desk/private.h"

#include "base/text.h"
#include "journal/revocation.h"
#include "store/session_rows.h"

/* In a trial the second one is still to be asked. */
static bool two_officers(const struct desk_call *call, const char *act, struct error *err)
{
    return call->is_trial || call->access.approver.size > 0 ||
           error_set(err, ERROR_RULE, "%s: a second officer is required (--approver)", act);
}

/* One partner; what cannot be told to it is said, and does not keep the others from being told. */
static bool partner_tell(struct journal *journal, struct journal_line *line,
                         const uint8_t certificate[DIGEST_SIZE], enum revocation_reason reason,
                         struct json_writer *out, struct error *err)
{
    char id[UUID_TEXT_SIZE];
    struct appended appended;
    const char *state = "on its way; it holds there with the partner's receipt";

    json_begin_object(out);
    json_string_field(out, "partner", line->partner);
    if (line->out.read_only[0] != '\0') {
        state = "NOT told: our log is closed; telephone the partner, who suspends the agreement";
    } else if (journal_revoke_key(journal, line, certificate, reason, &appended, err)) {
        uuid_write(appended.message_id, id);
        json_string_field(out, "item", id);
    } else if (err->kind == ERROR_CONFLICT) {
        error_clear(err);
        state = "told before";
    } else {
        return false;
    }
    json_string_field(out, "state", state);
    json_end_object(out);
    return true;
}

bool act_key_revoke(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    uint8_t certificate[DIGEST_SIZE] = {0};
    struct span name = json_get_text(call->arguments, "certificate", 1, 2 * DIGEST_SIZE);
    size_t reason = json_get_choice(call->arguments, "revoked_for", revocation_reason_names,
                                    REVOCATION_REASON_COUNT);

    if (!problems_to_error(call->problems, err) || !two_officers(call, "key-revoke", err))
        return false;
    if (!hex_read(name, certificate, sizeof certificate))
        return error_set(err, ERROR_INPUT,
                         "certificate: the SHA-256 fingerprint, 64 hexadecimal digits");
    if (call->is_trial)
        return true;
    json_begin_object(out);
    json_text_field(out, "certificate", name);
    json_key(out, "partners");
    json_begin_array(out);
    for (size_t i = 0; i < journal->line_count; i++)
        if (!partner_tell(journal, &journal->lines[i], certificate, (enum revocation_reason)reason,
                          out, err))
            return false;
    json_end_array(out);
    json_end_object(out);
    return access_write(journal, call, "key-revoke", &name, 1, err);
}

bool act_officer_revoke(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    struct span id = json_get_text(call->arguments, "id", 1, NAME_SIZE_MAX);
    struct officer_row row;

    if (!problems_to_error(call->problems, err) || !two_officers(call, "officer-revoke", err))
        return false;
    if (!officer_find(journal->db, call->arena, id, &row, err))
        return error_add(err, "officer %.*s", SPAN_ARG(id));
    if (call->is_trial)
        return true;
    if (!credential_remove_officer(journal->db, id, err) ||
        !session_remove_officer(journal->db, id, err) ||
        !access_write(journal, call, "officer-revoke", &id, 1, err))
        return false;
    json_begin_object(out);
    json_text_field(out, "officer", id);
    json_string_field(out, "state",
                      "nothing that proved this officer counts any more, all sessions have ended");
    json_string_field(out, "next",
                      "`besa officer password ID` and a second officer give a new password");
    json_end_object(out);
    return true;
}
