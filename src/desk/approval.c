/* Approvals: see approval.h. */
#include "desk/approval.h"

#include "base/cursor.h"
#include "agreement/agreement.h"
#include "base/text.h"
#include "desk/asylum.h"
#include "desk/case.h"
#include "desk/duty.h"
#include "desk/glass.h"
#include "desk/private.h"
#include "desk/refused.h"
#include "desk/roles.h"

#include <stdio.h>

static const char draft_head[] = "besa-approval/1\n";

enum waiting_trait {
    WAITS_ALWAYS =
        1, /* nobody does it alone; the others wait where the agreement or their officer asks */
    WAITS_MESSAGE = 2, /* a message to the partner: that it waits is every duty officer's to know */
    WAITS_ON_CASE =
        4, /* its `number` is its case: that it waits tells of that case, to its keepers alone */
};

/* Acts that know is_trial: everything is checked before the first of them is done. */
static const struct waiting_act {
    act_run *run;
    unsigned traits; /* enum waiting_trait */
} waiting_acts[] = {
    {act_request_send, WAITS_MESSAGE},
    {act_answer_send, WAITS_MESSAGE},
    {act_refuse_send, WAITS_MESSAGE},
    {act_spontaneous_send, WAITS_MESSAGE},
    {act_clarification_ask, WAITS_MESSAGE},
    {act_clarification_reply, WAITS_MESSAGE},
    {act_access_decide, WAITS_MESSAGE},
    {act_delay_tell, WAITS_MESSAGE},
    {act_urgency_doubt, WAITS_MESSAGE},
    {act_urgency_reply, WAITS_MESSAGE},
    {act_item_forward, 0},
    {act_item_export, 0},
    {act_case_person_protection, WAITS_ON_CASE}, /* what is taken back */
    {act_glass_open, 0},       /* another one within the month; its case is closed to who drafts it,
                                * and open to the head of desk, who alone approves it */
    {act_officer_password, 0}, /* asks by itself: the first half is told with the draft */
    {act_resume_order, WAITS_ALWAYS},
    {act_retention_clock, WAITS_ALWAYS},
    {act_key_revoke, WAITS_ALWAYS},
    {act_officer_revoke, WAITS_ALWAYS},
    {act_succession_prepare, WAITS_ALWAYS},
    {act_succession_import, WAITS_ALWAYS},
    {act_agreement_terminate, WAITS_ALWAYS},
};

static const struct waiting_act *waiting_find(struct span name)
{
    const struct desk_act *act = desk_act_find(name);

    for (size_t i = 0; act != NULL && i < ARRAY_COUNT(waiting_acts); i++)
        if (act->run == waiting_acts[i].run)
            return &waiting_acts[i];
    return NULL;
}

bool approval_may_wait(struct span name)
{
    return waiting_find(name) != NULL;
}

bool approval_must_wait(struct span name)
{
    const struct waiting_act *waiting = waiting_find(name);

    return waiting != NULL && (waiting->traits & WAITS_ALWAYS) != 0;
}

static bool has_trait(struct span name, enum waiting_trait trait)
{
    const struct waiting_act *waiting = waiting_find(name);

    return waiting != NULL && (waiting->traits & (unsigned)trait) != 0;
}

/* --- acts on a case --- */

static bool keeper_check(struct journal *journal, struct span number,
                         const struct officer_row *officer, struct arena *arena, struct error *err)
{
    struct case_row of;

    if (!case_read(journal->db, arena, number, &of, err))
        return false;
    return of.unit.size == 0 || case_is_keeper(&of, officer) ||
           error_set(err, ERROR_RULE, "who keeps the case approves this, and nobody else");
}

bool approval_beside_check(struct journal *journal, const struct desk_act *act,
                           const struct desk_call *call, const struct officer_row *approver,
                           struct error *err)
{
    if (!has_trait(span_text(act->name), WAITS_ON_CASE))
        return true;
    struct span number = json_get_text(call->arguments, "number", 1, NAME_SIZE_MAX);
    return problems_to_error(call->problems, err) &&
           keeper_check(journal, number, approver, call->arena, err);
}

/* The draft of an act on a case is of that case, whichever the work was said to be for. */
static bool case_of_act(const struct desk_act *act, struct desk_call *call, struct error *err)
{
    if (!has_trait(span_text(act->name), WAITS_ON_CASE))
        return true;
    call->access.case_number = json_get_text(call->arguments, "number", 1, NAME_SIZE_MAX);
    return problems_to_error(call->problems, err);
}

/* --- a draft and its bytes --- */

bool approval_draft_write(const struct approval_draft *draft, struct buffer *out)
{
    const struct span fields[] = {draft->act,    draft->officer,   draft->case_number,
                                  draft->reason, draft->arguments, draft->body};

    buffer_text(out, draft_head);
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        buffer_u32(out, (uint32_t)fields[i].size);
        buffer_add(out, fields[i]);
    }
    return !out->failed;
}

bool approval_draft_read(struct span bytes, struct approval_draft *out, struct error *err)
{
    struct cursor cursor = cursor_make(bytes);
    struct span *fields[] = {&out->act,    &out->officer,   &out->case_number,
                             &out->reason, &out->arguments, &out->body};

    bool ok = span_is(cursor_span(&cursor, strlen(draft_head)), draft_head);
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        *fields[i] = cursor_span(&cursor, cursor_u32(&cursor));
    return (ok && cursor_is_done(&cursor)) ||
           error_set(err, ERROR_STORE, "the draft of an approval is cut");
}

/* --- asking --- */

/* "approval <id> sha256:<hex>", as the entries of asking, deciding and the act itself name it. */
static bool object_name(const struct approval_row *row, struct arena *arena, struct span *out,
                        struct error *err)
{
    char id[2 * APPROVAL_ID_SIZE + 1];
    char digest[2 * DIGEST_SIZE + 1];
    char text[sizeof id + sizeof digest + 32];

    if (row->id.size != APPROVAL_ID_SIZE || row->digest.size != DIGEST_SIZE)
        return error_set(err, ERROR_STORE, "an approval is cut");
    hex_write(row->id, id);
    hex_write(row->digest, digest);
    snprintf(text, sizeof text, "approval %s sha256:%s", id, digest);
    return arena_copy(arena, span_text(text), out) || error_set(err, ERROR_LIMIT, "out of memory");
}

static bool room_check(struct journal *journal, const struct desk_call *call, struct error *err)
{
    int64_t count = 0;

    return approval_count(journal->db, call->access.officer, &count, err) &&
           (count < APPROVAL_WAITING_MAX ||
            error_set(err, ERROR_LIMIT, "%u drafts of this officer wait already",
                      APPROVAL_WAITING_MAX));
}

static bool draft_seal(struct journal *journal, const struct approval_draft *draft,
                       struct arena *arena, struct approval_row *row, struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(APPROVAL_DRAFT_MAX);
    uint8_t id[APPROVAL_ID_SIZE];
    uint8_t digest[DIGEST_SIZE];
    struct journal_sealed sealed;

    if (!approval_draft_write(draft, &bytes))
        return error_set(err, ERROR_LIMIT, "a draft that waits has at most %u bytes",
                         APPROVAL_DRAFT_MAX);
    digest_sha256(buffer_span(&bytes), digest);
    journal->env->random(journal->env->context, id, sizeof id);
    if (!journal_seal_bytes(journal, buffer_span(&bytes), arena, &sealed, err))
        return false;
    row->sealed = sealed.bytes;
    row->salt = sealed.salt;
    row->key = sealed.key;
    return (arena_copy(arena, span_make(id, sizeof id), &row->id) &&
            arena_copy(arena, span_make(digest, sizeof digest), &row->digest)) ||
           error_set(err, ERROR_LIMIT, "out of memory");
}

/* The entry of asking bears no approver: nobody has agreed to anything yet. */
static bool entry_write(struct journal *journal, const struct desk_call *call, const char *act,
                        const struct approval_row *row, struct error *err)
{
    struct desk_call alone = *call;
    struct span objects[2];

    alone.access.approver = span_make(NULL, 0);
    objects[1] = row->act;
    return object_name(row, call->arena, &objects[0], err) &&
           access_write(journal, &alone, act, objects, ARRAY_COUNT(objects), err);
}

bool approval_keep(struct journal *journal, const struct desk_call *call, struct span act,
                   struct span arguments, struct approval_row *row, struct error *err)
{
    const struct desk_access *access = &call->access;
    struct approval_draft draft = {.act = act,
                                   .officer = access->officer,
                                   .case_number = access->case_number,
                                   .reason = access->reason,
                                   .arguments = arguments,
                                   .body = call->body};

    *row = (struct approval_row){.act = act,
                                 .officer = access->officer,
                                 .approver = access->approver,
                                 .case_number = access->case_number,
                                 .made_ms = journal->env->now_ms(journal->env->context)};
    row->until_ms = row->made_ms + APPROVAL_KEEP_MS;
    return room_check(journal, call, err) && draft_seal(journal, &draft, call->arena, row, err) &&
           approval_insert(journal->db, row, err) &&
           entry_write(journal, call, "approval-ask", row, err);
}

void approval_write(const struct approval_row *row, struct json_writer *out)
{
    static const char *const states[APPROVAL_STATE_COUNT] = {
        [APPROVAL_WAITS] = "waits for a second officer",
        [APPROVAL_CONFIRMED] = "confirmed",
        [APPROVAL_REFUSED] = "refused",
        [APPROVAL_WITHDRAWN] = "withdrawn",
        [APPROVAL_EXPIRED] = "expired",
        [APPROVAL_ALONE] = "sent alone",
    };

    json_hex_field(out, "approval", row->id);
    json_text_field(out, "act", row->act);
    json_text_field(out, "from", row->officer);
    json_text_field_optional(out, "approver", row->approver);
    json_text_field_optional(out, "case", row->case_number);
    json_hex_field(out, "sha256", row->digest);
    json_time_field(out, "made", row->made_ms);
    json_time_field(out, "until", row->until_ms);
    json_string_field(out, "state",
                      row->state < APPROVAL_STATE_COUNT ? states[row->state] : "unknown");
    if (row->state == APPROVAL_WAITS)
        return;
    json_text_field_optional(out, "decided_by", row->decided_by);
    json_time_field(out, "decided", row->decided_ms);
    json_text_field_optional(out, "why", row->decided_reason);
}

bool approval_ask(struct journal *journal, const struct desk_act *act, const struct desk_call *call,
                  struct span arguments, struct json_writer *out, struct error *err)
{
    struct buffer ignored CLEANUP(buffer_free) = buffer_make(4096);
    struct json_writer nowhere = json_writer_make(&ignored);
    struct desk_call kept = *call;
    struct approval_row row;

    if (!approval_may_wait(span_text(act->name)))
        return error_set(err, ERROR_INPUT, "%s: this act does not wait for a second officer",
                         act->name);
    if (!case_of_act(act, &kept, err))
        return false;
    struct desk_call trial = kept;
    trial.is_trial = true;
    if (!desk_run(journal, act, &trial, &nowhere, err))
        return false;
    json_object_end(call->arguments);
    if (!problems_to_error(call->problems, err) ||
        !approval_keep(journal, &kept, span_text(act->name), arguments, &row, err))
        return false;
    journal_event_add(journal, JOURNAL_ALARM, NULL, 0, 0); /* to whoever is on call */
    json_begin_object(out);
    approval_write(&row, out);
    bool ok = approval_on_call_write(journal, &row, call->arena, out, err);
    json_end_object(out);
    return ok;
}

/* Who is on call need not keep the case, and whoever is telephoned is told of it. */
bool approval_on_call_write(struct journal *journal, const struct approval_row *row,
                            struct arena *arena, struct json_writer *out, struct error *err)
{
    return has_trait(row->act, WAITS_ON_CASE) ||
           on_call_write(journal, arena, row->officer, out, err);
}

/* --- deciding --- */

static bool row_find(struct journal *journal, const struct desk_call *call,
                     struct approval_row *row, struct error *err)
{
    uint8_t id[APPROVAL_ID_SIZE];

    json_get_hex(call->arguments, "approval", id, sizeof id);
    return problems_to_error(call->problems, err) &&
           approval_find(journal->db, call->arena, span_make(id, sizeof id), row, err);
}

static bool is_drafter(const struct desk_call *call, const struct approval_row *row)
{
    return span_equal(call->access.officer, row->officer);
}

/* Who is asked: the one who was named, or any officer whose role approves this act; of an act on a case, who keeps it; never
 * who drafted it. */
static bool asked_check(struct journal *journal, const struct desk_call *call,
                        const struct approval_row *row, struct error *err)
{
    const struct desk_act *act = desk_act_find(row->act);
    struct officer_row officer;

    if (is_drafter(call, row))
        return error_set(err, ERROR_RULE, "nobody approves their own draft");
    if (row->approver.size > 0 && !span_equal(row->approver, call->access.officer))
        return error_set(err, ERROR_RULE, "another officer was asked to approve this");
    if (act == NULL)
        return error_set(err, ERROR_STORE, "an approval of an act that is none");
    return access_officer(journal, call->access.officer, call->arena, &officer, err) &&
           role_check_approver(officer.role, act->name, err) &&
           (!has_trait(row->act, WAITS_ON_CASE) ||
            keeper_check(journal, row->case_number, &officer, call->arena, err));
}

bool approval_is_told(struct journal *journal, const struct desk_call *call,
                      const struct approval_row *row)
{
    struct error ignored = {0};

    return is_drafter(call, row) || has_trait(row->act, WAITS_MESSAGE) ||
           asked_check(journal, call, row, &ignored);
}

/* Still undecided, and in time. */
static bool waits_check(const struct journal *journal, const struct approval_row *row,
                        struct error *err)
{
    if (row->state != APPROVAL_WAITS)
        return error_set(err, ERROR_CONFLICT, "this draft is decided already");
    return journal->env->now_ms(journal->env->context) < row->until_ms ||
           error_set(err, ERROR_CONFLICT, "this draft has expired");
}

/* The draft's bytes are read only when they are those that the digest names. */
static bool draft_open(struct journal *journal, const struct approval_row *row, struct arena *arena,
                       struct span *bytes, struct approval_draft *out, struct error *err)
{
    struct journal_sealed sealed = {.bytes = row->sealed, .salt = row->salt, .key = row->key};
    uint8_t digest[DIGEST_SIZE];

    if (!journal_open_bytes(journal, &sealed, arena, bytes, err))
        return error_add(err, "an approval's draft");
    digest_sha256(*bytes, digest);
    if (!span_equal(row->digest, span_make(digest, sizeof digest)))
        return error_set(err, ERROR_STORE, "an approval's draft is not the one that was kept");
    return approval_draft_read(*bytes, out, err) &&
           ((span_equal(out->act, row->act) && span_equal(out->officer, row->officer) &&
             span_equal(out->case_number, row->case_number)) ||
            error_set(err, ERROR_STORE, "an approval's row is not its draft's"));
}

/* The person data in a draft is read in its own case, as any other. */
static bool case_check(const struct desk_call *call, const struct approval_row *row,
                       struct error *err)
{
    return row->case_number.size == 0 || span_equal(row->case_number, call->access.case_number) ||
           error_set(err, ERROR_INPUT, "the case of the draft is required: %.*s",
                     SPAN_ARG(row->case_number));
}

/* A draft of an act on a case says which: one that was kept for another is decided by nobody, and drafted anew. */
static bool on_case_check(const struct approval_row *row, const struct approval_draft *draft,
                          struct arena *arena, struct error *err)
{
    struct problems problems = {.count = 0};
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object arguments;

    if (!has_trait(row->act, WAITS_ON_CASE))
        return true;
    if (!json_parse(draft->arguments, &json, err))
        return false;
    json_object_begin(&arguments, json_root(json), arena, &problems);
    return span_equal(json_get_text(&arguments, "number", 1, NAME_SIZE_MAX), row->case_number) ||
           error_set(err, ERROR_CONFLICT,
                     "this draft was kept for another case than its own: withdraw it, and draft it "
                     "again");
}

bool approval_place_write(const struct approval_row *row, struct arena *arena, struct span *out,
                          struct error *err)
{
    const int64_t numbers[] = {(int64_t)row->state, row->made_ms};
    char hex[2 * APPROVAL_ID_SIZE + 1];
    char text[PAGE_PLACE_SIZE];
    struct span begin;

    if (row->id.size != APPROVAL_ID_SIZE)
        return error_set(err, ERROR_STORE, "an approval is cut");
    hex_write(row->id, hex);
    if (!page_numbers_write(numbers, ARRAY_COUNT(numbers), arena, &begin, err))
        return false;
    snprintf(text, sizeof text, "%.*s.%s", SPAN_ARG(begin), hex);
    return arena_copy(arena, span_text(text), out) || error_set(err, ERROR_LIMIT, "out of memory");
}

bool approval_place_read(struct span text, uint8_t id[APPROVAL_ID_SIZE], struct approval_place *out,
                         struct error *err)
{
    size_t hex_size = (size_t)2 * APPROVAL_ID_SIZE;
    int64_t numbers[2];

    if (text.size <= hex_size + 1 ||
        !hex_read(span_part(text, text.size - hex_size, hex_size), id, APPROVAL_ID_SIZE) ||
        !page_numbers_read(span_part(text, 0, text.size - hex_size - 1), numbers,
                           ARRAY_COUNT(numbers), err))
        return error_set(err, ERROR_INPUT, "after: not a place that a list gave");
    *out = (struct approval_place){numbers[0], numbers[1], span_make(id, APPROVAL_ID_SIZE)};
    return true;
}

/* What this officer may see of a draft in a list; what is left out was read, so that a page may be shorter than asked. */
static void row_write(struct journal *journal, const struct desk_call *call,
                      const struct approval_row *row, struct json_writer *out)
{
    struct error ignored = {0};

    if (!is_drafter(call, row) && !asked_check(journal, call, row, &ignored))
        return;
    json_begin_object(out);
    json_boolean_field(out, "waits_for_me", row->state == APPROVAL_WAITS && !is_drafter(call, row));
    approval_write(row, out);
    json_end_object(out);
}

bool act_approval_list(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct approval_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    uint8_t id[APPROVAL_ID_SIZE];
    struct approval_place place;
    struct page page;
    struct span next = span_text("");
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_LIST_MAX, &page, err) ||
        (page.after.size > 0 && !approval_place_read(page.after, id, &place, err)) ||
        !approvals_expire(journal, err) ||
        !approval_list(journal->db, call->arena, call->access.officer,
                       page.after.size > 0 ? &place : NULL, rows, page.limit + 1, &count, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    if ((count > shown && !approval_place_write(&rows[shown - 1], call->arena, &next, err)) ||
        !access_view(journal, call, "approval-list", NULL, 0, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        row_write(journal, call, &rows[i], out);
    page_end(out, count > shown, next);
    return true;
}

bool act_approval_show(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct approval_row row;
    struct approval_draft draft;
    struct span bytes;

    if (!row_find(journal, call, &row, err) ||
        (!is_drafter(call, &row) && !asked_check(journal, call, &row, err)) ||
        !waits_check(journal, &row, err) || !case_check(call, &row, err) ||
        !draft_open(journal, &row, call->arena, &bytes, &draft, err) ||
        !on_case_check(&row, &draft, call->arena, err) ||
        !entry_write(journal, call, "approval-show", &row, err))
        return false;
    json_begin_object(out);
    approval_write(&row, out);
    json_text_field(out, "reason", draft.reason);
    json_text_field(out, "arguments", draft.arguments);
    json_text_field_optional(out, "body", draft.body);
    json_base64_field(out, "draft", bytes);
    bool ok = approval_on_call_write(journal, &row, call->arena, out, err);
    json_end_object(out);
    return ok;
}

/* The act as it was drafted: by its officer, for their reason, in their case; and now with the second one beside them, or
 * alone in an emergency. */
static bool draft_run(struct journal *journal, const struct desk_call *call,
                      const struct approval_row *row, const struct approval_draft *draft,
                      struct json_writer *out, struct error *err)
{
    bool is_alone = is_drafter(call, row);
    const struct desk_act *act = desk_act_find(draft->act);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object arguments;
    struct desk_call inner = {
        .access = {.officer = draft->officer,
                   .reason = draft->reason,
                   .case_number = draft->case_number,
                   .approver = is_alone ? span_make(NULL, 0) : call->access.officer,
                   .is_alone = is_alone},
        .arguments = &arguments,
        .body = draft->body,
        .problems = call->problems,
        .arena = call->arena,
        .is_told_once = call->is_told_once,
        .progress = call->progress,
        .progress_context = call->progress_context};

    if (act == NULL || !approval_may_wait(draft->act))
        return error_set(err, ERROR_STORE, "an approval of an act that is none");
    if (!object_name(row, call->arena, &inner.access.approval, err) ||
        !json_parse(draft->arguments, &json, err))
        return false;
    json_object_begin(&arguments, json_root(json), call->arena, call->problems);
    if (!desk_run(journal, act, &inner, out, err))
        return false;
    json_object_end(&arguments);
    return problems_to_error(call->problems, err);
}

bool act_approval_confirm(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    uint8_t seen[DIGEST_SIZE] = {0};
    struct approval_row row;
    struct approval_draft draft;
    struct span bytes;

    json_get_hex(call->arguments, "sha256", seen, sizeof seen);
    if (!row_find(journal, call, &row, err) || !asked_check(journal, call, &row, err) ||
        !waits_check(journal, &row, err) || !case_check(call, &row, err))
        return false;
    if (!span_equal(row.digest, span_make(seen, sizeof seen)))
        return error_set(err, ERROR_CONFLICT,
                         "sha256: this is not the draft that was shown; look at it again");
    /* Before the act is done: an end of a log cannot be undone with its job. */
    json_object_end(call->arguments);
    if (!problems_to_error(call->problems, err))
        return false;
    if (!draft_open(journal, &row, call->arena, &bytes, &draft, err) ||
        !on_case_check(&row, &draft, call->arena, err) ||
        !approval_decide(journal->db, row.id, APPROVAL_CONFIRMED, call->access.officer, now_ms,
                         call->access.reason, err) ||
        !entry_write(journal, call, "approval-confirm", &row, err))
        return false;
    json_begin_object(out);
    json_hex_field(out, "approval", row.id);
    json_text_field(out, "act", row.act);
    json_key(out, "result");
    bool ok = draft_run(journal, call, &row, &draft, out, err);
    json_end_object(out);
    return ok;
}

static bool alone_check(const struct journal *journal, const struct desk_call *call,
                        const struct approval_row *row, struct error *err)
{
    int64_t waited_ms = journal->env->now_ms(journal->env->context) - row->made_ms;

    if (!is_drafter(call, row))
        return error_set(err, ERROR_RULE, "another officer drafted this");
    if (!span_is(row->act, "answer-send"))
        return error_set(err, ERROR_RULE,
                         "clause 9.2: one officer sends an answer alone, and "
                         "nothing else");
    return waited_ms >= EMERGENCY_AFTER_MS ||
           error_set(err, ERROR_RULE,
                     "clause 9.2: a draft waits for its approver for %d minutes; %d are left",
                     (int)(EMERGENCY_AFTER_MS / 60000),
                     (int)((EMERGENCY_AFTER_MS - waited_ms + 59999) / 60000));
}

bool act_emergency_send(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    struct approval_row row;
    struct approval_draft draft;
    struct span bytes;

    if (!row_find(journal, call, &row, err) || !waits_check(journal, &row, err) ||
        !alone_check(journal, call, &row, err) || !case_check(call, &row, err) ||
        !draft_open(journal, &row, call->arena, &bytes, &draft, err) ||
        !refused_check(journal, &draft, call->arena, err) ||
        !approval_decide(journal->db, row.id, APPROVAL_ALONE, call->access.officer, now_ms,
                         call->access.reason, err) ||
        !entry_write(journal, call, "emergency-send", &row, err))
        return false;
    json_begin_object(out);
    json_hex_field(out, "approval", row.id);
    json_text_field(out, "act", row.act);
    json_key(out, "result");
    bool ok = draft_run(journal, call, &row, &draft, out, err);
    json_end_object(out);
    return ok;
}

/* Its own officer withdraws it, the one who is asked refuses it; the reason of the act is the reason told. */
bool act_approval_refuse(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    struct approval_row row;
    struct approval_draft draft;
    struct span bytes;

    if (!row_find(journal, call, &row, err) ||
        (!is_drafter(call, &row) && !asked_check(journal, call, &row, err)) ||
        !waits_check(journal, &row, err) ||
        !draft_open(journal, &row, call->arena, &bytes, &draft, err))
        return false;
    enum approval_state state = is_drafter(call, &row) ? APPROVAL_WITHDRAWN : APPROVAL_REFUSED;
    if (!approval_decide(journal->db, row.id, state, call->access.officer, now_ms,
                         call->access.reason, err) ||
        (state == APPROVAL_REFUSED && !refused_note(journal, row.id, &draft, call->arena, err)) ||
        !entry_write(journal, call, "approval-refuse", &row, err))
        return false;
    row.state = state;
    row.decided_by = call->access.officer;
    row.decided_ms = now_ms;
    row.decided_reason = call->access.reason;
    json_begin_object(out);
    approval_write(&row, out);
    json_end_object(out);
    return true;
}

//= dir-2016-680 art 4(1)(e)
bool approvals_expire(struct journal *journal, struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);

    return approval_expire(journal->db, now_ms, err) &&
           approval_remove_old(journal->db, now_ms - APPROVAL_SHOWN_MS, now_ms - EMERGENCY_KEEP_MS,
                               err);
}
