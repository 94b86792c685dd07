/*
 * Acts upon the end of a log: two officers here prepare and take in, one at the partner allows. What the institutions
 * sign lies between these acts and is no act of a node. docs/protocol.md 1.1.
 */
#include "desk/private.h"

#include "agreement/succession.h"
#include "base/text.h"

/* Their roles are the table's affair (roles.c), and that they are two persons is checked for every act. In a trial the
 * second one is still to be asked. */
static bool two_officers(const struct desk_call *call, struct error *err)
{
    return call->is_trial || call->access.approver.size > 0 ||
           error_set(err, ERROR_RULE, "the end of a log needs a second officer: --approver ID");
}

/* A log of ours that goes on, and so can end. */
static bool log_check(const struct journal *journal, struct span origin, struct error *err)
{
    bool is_ours = span_is(origin, journal->domestic.origin);

    for (size_t i = 0; i < journal->line_count; i++)
        is_ours = is_ours || span_is(origin, journal->lines[i].out.origin);
    return is_ours || error_set(err, ERROR_MISSING, "'%.*s' is no log of this node that could end",
                                SPAN_ARG(origin));
}

static bool keys_differ(const struct succession_keys *now, const struct keeper_keys *newest)
{
    return memcmp(now->log, newest->log, sizeof now->log) != 0;
}

/* The newest keys of the keeper, where they are others than those in use. */
static bool keys_pick(const struct journal *journal, struct span origin,
                      enum succession_reason reason, struct succession_keys *out, bool *has_new,
                      struct error *err)
{
    const struct keeper_keys *newest = &journal->sets.keys[journal->sets.count - 1];
    const struct succession_keys *now = &journal->domestic_keys;

    for (size_t i = 0; i < journal->line_count; i++)
        if (span_is(origin, journal->lines[i].out.origin))
            now = &journal->lines[i].own_keys;
    *has_new = keys_differ(now, newest) && reason != SUCCESSION_YEARLY_CLOSING;
    memcpy(out->log, newest->log, sizeof out->log);
    memcpy(out->custody, newest->custody, sizeof out->custody);
    memcpy(out->witness, newest->witness, sizeof out->witness);
    memcpy(out->sealing, newest->sealing, sizeof out->sealing);
    bool wants_new = reason == SUCCESSION_KEY_CHANGE || reason == SUCCESSION_KEY_THEFT ||
                     reason == SUCCESSION_KEEPER_LOST;
    return *has_new || !wants_new ||
           error_set(err, ERROR_CONFLICT,
                     "the keeper has no newer keys: stop the node, `besa keeper renew`, start it "
                     "again, then prepare");
}

static void document_show(const struct succession_document *document, struct json_writer *out)
{
    json_text_field(out, "log", document->origin);
    json_integer_field(out, "size", (int64_t)document->size);
    json_hex_field(out, "root", span_make(document->root, sizeof document->root));
    json_string_field(out, "why", succession_reason_names[document->reason]);
    json_integer_field(out, "keys", document->keys.number);
}

bool act_succession_prepare(struct journal *journal, const struct desk_call *call,
                            struct json_writer *out, struct error *err)
{
    struct span origin = json_get_text(call->arguments, "log", 1, ORIGIN_SIZE_MAX);
    size_t reason =
        json_get_choice(call->arguments, "why", succession_reason_names, SUCCESSION_REASON_COUNT);
    struct buffer text CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    struct succession_keys keys = {.number = 0};
    struct succession_document document;
    bool has_new = false;

    if (!problems_to_error(call->problems, err) || !two_officers(call, err) ||
        !log_check(journal, origin, err) ||
        !keys_pick(journal, origin, (enum succession_reason)reason, &keys, &has_new, err))
        return false;
    if (call->is_trial)
        return true;
    if (!access_write(journal, call, "succession-prepare", &origin, 1, err) ||
        !journal_succession_prepare(journal, origin, (enum succession_reason)reason,
                                    has_new ? &keys : NULL, &document, err))
        return false;
    if (!succession_document_write(&document, &text))
        return error_set(err, ERROR_LIMIT, "a succession document does not fit");
    json_begin_object(out);
    document_show(&document, out);
    json_text_field(out, "document", buffer_span(&text));
    json_end_object(out);
    return true;
}

static bool cms_get(const struct desk_call *call, struct span *out, struct error *err)
{
    struct span text =
        json_get_text(call->arguments, "document", 1, BASE64_SIZE(SUCCESSION_CMS_MAX));
    size_t size = SUCCESSION_CMS_MAX;
    uint8_t *bytes = arena_alloc(call->arena, size);

    if (!problems_to_error(call->problems, err))
        return false;
    if (bytes == NULL || !base64_read(text, bytes, &size))
        return error_set(err, ERROR_INPUT, "document: a signed document in base64 is wanted");
    *out = span_make(bytes, size);
    return true;
}

bool act_succession_allow(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct succession_document document;
    struct span cms;

    if (!cms_get(call, &cms, err) ||
        !journal_succession_allow(journal, cms, call->arena, &document, err) ||
        !access_write(journal, call, "succession-allow", &document.origin, 1, err))
        return false;
    json_begin_object(out);
    document_show(&document, out);
    json_string_field(out, "state", "it agrees with our custody: our institution may countersign");
    json_end_object(out);
    return true;
}

bool act_succession_import(struct journal *journal, const struct desk_call *call,
                           struct json_writer *out, struct error *err)
{
    struct succession_document document;
    char next[ORIGIN_SIZE_MAX + 1];
    size_t signer_count = 0;
    struct span cms;

    /* The journal moves last: what follows an end cannot be undone with the job. */
    if (!cms_get(call, &cms, err) || !two_officers(call, err) ||
        !succession_look(cms, call->arena, &document, &signer_count, err) ||
        !log_check(journal, document.origin, err) || !succession_next(document.origin, next, err))
        return false;
    if (call->is_trial)
        return true;
    if (!access_write(journal, call, "succession-import", &document.origin, 1, err) ||
        !journal_succeed(journal, cms, err))
        return false;
    json_begin_object(out);
    document_show(&document, out);
    json_string_field(out, "next", next);
    json_string_field(out, "state", "the log has ended, the next one goes on");
    json_end_object(out);
    return true;
}
