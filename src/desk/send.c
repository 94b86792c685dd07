/*
 * Sending: the officer's form becomes a message. The agreement is asked before anything is written; the same function is
 * asked by the receiver.
 */
#include "desk/asylum.h"
#include "desk/crosscheck.h"
#include "desk/duty.h"
#include "desk/ground.h"
#include "desk/private.h"
#include "desk/rights.h"
#include "desk/spoc.h"

#include "base/text.h"
#include "journal/alone.h"

#include <inttypes.h>
#include <stdio.h>

bool rule_ask(struct journal *journal, struct journal_line *line, const struct desk_call *call,
              struct permit_question *question, struct ruling *ruling, struct error *err)
{
    question->sender = line->agreement.parties[line->own_side].party;
    question->receiver = line->agreement.parties[line->partner_side].party;
    question->created_ms = journal->env->now_ms(journal->env->context);
    question->is_suspended = line->is_suspended;
    question->ends_ms = journal_ends_ms(line);
    question->is_undecided = call->access.approver.size == 0;
    if (!agreement_permit(&line->agreement, question, ruling))
        return ground_refuse(line, question, ruling, err);
    if (ruling->needs_second_approval && call->access.approver.size == 0 && !call->is_trial)
        return error_set(err, ERROR_RULE,
                         "agreement %s/%" PRId64
                         ", clause %s: a second officer must approve this; name one",
                         line->agreement_id, line->agreement.version,
                         agreement_clauses[CLAUSE_SECOND_APPROVAL].number);
    return true;
}

/* Known from now on, not from when it leaves: the partner may be out of reach for hours, and whoever asks again meanwhile is
 * warned. */
static bool sent_remember(struct journal *journal, const struct journal_line *line, int64_t entry,
                          struct arena *arena, struct error *err)
{
    struct match_keys *keys = arena_alloc(arena, sizeof *keys);
    struct entry_row row;

    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return entry_find(journal->db, arena, entry, &row, err) &&
           match_keys_begin(journal, arena, keys, err) &&
           crosscheck_remember(keys, line, &row, err);
}

/* The messages to which it replies stand in cases of their own. */
static bool near_find(struct journal *journal, const struct journal_line *line,
                      const struct reference *reference, struct arena *arena, int64_t *out,
                      size_t *count, struct error *err)
{
    static const enum log_side sides[] = {SIDE_OWN, SIDE_PARTNER};
    struct entry_row row;

    for (size_t i = 0; reference != NULL && i < ARRAY_COUNT(sides); i++) {
        if (journal_find_message(journal, line, sides[i], span_make(reference->id, UUID_SIZE),
                                 arena, &row, err))
            out[(*count)++] = row.id;
        else if (err->kind != ERROR_MISSING)
            return false;
        else
            error_clear(err);
    }
    return true;
}

/* What is said to the partner over its own request is what it wrote there. */
static bool asked_under(struct journal *journal, const struct journal_line *line,
                        const struct draft *draft, struct arena *arena, struct span *out,
                        struct error *err)
{
    struct problems problems = {.count = 0};
    struct request request;
    struct entry_row row;
    struct span body;

    if (draft->type != MESSAGE_ANSWER || draft->in_reply_to == NULL)
        return true;
    if (!journal_find_message(journal, line, SIDE_PARTNER,
                              span_make(draft->in_reply_to->id, UUID_SIZE), arena, &row, err) ||
        !journal_body(journal, &row, arena, &body, err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    if (request_read(body, arena, &request, &problems))
        *out = request.reference;
    return true;
}

/* The last look before anything is made: whatever an officer sends goes through here (docs/safeguards.md g3). */
static bool protection_permit(struct journal *journal, const struct journal_line *line,
                              const struct desk_call *call, const struct draft *draft,
                              struct error *err)
{
    struct span *parts = arena_array(call->arena, draft->part_count + 1, sizeof *parts);
    int64_t near[4];
    struct asylum_sending sending = {.state = span_text(line->partner),
                                     .type = draft->type,
                                     .body = draft->body,
                                     .parts = parts,
                                     .near = near};

    if (parts == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < draft->part_count; i++) {
        if (draft->parts[i].kind == PART_ROW_SMALL)
            parts[sending.part_count++] = draft->parts[i].bytes;
        else
            sending.has_file = true;
    }
    return near_find(journal, line, draft->in_reply_to, call->arena, near, &sending.near_count,
                     err) &&
           near_find(journal, line, draft->thread, call->arena, near, &sending.near_count, err) &&
           asked_under(journal, line, draft, call->arena, &sending.asked_under, err) &&
           asylum_permit(journal, call, &sending, err);
}

/* Whatever is sent goes to the partner's node, which its Single Point of Contact runs: a message names no unit that it could
 * reach past it, so that this is the copy to the Single Point of Contact of the other state. */
//= dir-2023-977 art 5
//= dir-2023-977 art 7
bool send_out(struct journal *journal, struct journal_line *line, const struct desk_call *call,
              const char *act, const struct draft *draft, const struct ruling *ruling,
              struct json_writer *out, struct error *err)
{
    struct appended appended;
    struct spoc_copy copy;
    struct span objects[2];
    char id[UUID_TEXT_SIZE];

    if (!protection_permit(journal, line, call, draft, err) ||
        !spoc_copy_read(journal, call, draft->type, &copy, err))
        return false;
    if (call->is_trial)
        return true;
    if (!journal_append(journal, line, draft, &appended, err) ||
        !sent_remember(journal, line, appended.entry, call->arena, err) ||
        (call->access.case_number.size > 0 &&
         !case_add_item(journal->db, call->access.case_number, appended.entry, err)))
        return false;
    if (call->access.is_alone &&
        !emergency_keep(journal, line, call, appended.entry,
                        ((const struct answer *)draft->parsed)->emergency, err))
        return false;
    objects[0] =
        item_name(line, line->out.id, span_make(appended.message_id, UUID_SIZE), call->arena);
    if (!spoc_copy_keep(journal, &copy, appended.entry, err) ||
        !spoc_copy_object(&copy, call->arena, &objects[1], err) ||
        !access_write(journal, call, act, objects, objects[1].size > 0 ? 2 : 1, err))
        return false;
    uuid_write(appended.message_id, id);
    json_begin_object(out);
    json_string_field(out, "item", id);
    json_string_field(out, "log", line->out.origin);
    json_string_field(out, "partner", line->partner);
    json_string_field(out, "state",
                      line->is_suspended_there
                          ? "stored, waits: the partner suspended the agreement"
                      : line->is_reachable ? "stored, on its way"
                                           : "stored, waits for the partner");
    if (ruling != NULL) {
        json_string_field(out, "allowed_by_clause", ruling->clause);
        if (ruling->due_after_ms > 0)
            json_integer_field(out, "due_hours_after_receipt", ruling->due_after_ms / 3600000);
    }
    json_end_object(out);
    return true;
}

bool send_ruling(const struct ruling *ruling, struct arena *arena, struct span *out,
                 struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(RULING_SIZE_MAX);
    return (ruling_write(ruling, &text, err) && arena_copy(arena, buffer_span(&text), out)) ||
           error_add(err, "recording the ruling");
}

/* The body goes through its one writer, so that sender and receiver see the same bytes. */
bool send_body(struct buffer *written, bool ok, struct arena *arena, struct span *out,
               struct error *err)
{
    return (ok && !written->failed && written->size <= BODY_SIZE_MAX &&
            arena_copy(arena, buffer_span(written), out)) ||
           error_set(err, ERROR_LIMIT, "the message exceeds %u bytes", BODY_SIZE_MAX);
}

/* Who recorded an item is told to the partner by pseudonym only. */
static bool persons_mask(struct request *request, struct span pseudonym, struct arena *arena,
                         struct error *err)
{
    struct person *persons = arena_array(arena, request->person_count, sizeof *persons);

    if (persons == NULL && request->person_count > 0)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < request->person_count; i++) {
        persons[i] = request->persons[i];
        persons[i].marking.recorded_by = pseudonym;
    }
    request->persons = persons;
    return true;
}

/* "Already sent elsewhere?" is asked before anything else and answered with a reference or a no; exercises may leave it out,
 * since their matter is in no other channel. */
bool elsewhere_check(const struct desk_call *call, size_t reference_count, bool is_training,
                     struct error *err)
{
    static const char *const answers[] = {NULL, "no", "yes"};
    size_t said =
        json_get_choice_optional(call->arguments, "elsewhere", answers, ARRAY_COUNT(answers), 0);
    bool has_references = reference_count > 0;

    if (!problems_to_error(call->problems, err))
        return false;
    if (said == 0)
        return is_training ||
               error_set(err, ERROR_INPUT,
                         "elsewhere: was this sent over another channel already? no, or yes with "
                         "its foreign_references");
    if (said == 2 && !has_references)
        return error_set(err, ERROR_INPUT,
                         "elsewhere: yes, but foreign_references names no channel and reference");
    return said == 2 || !has_references ||
           error_set(err, ERROR_INPUT, "elsewhere: no, but foreign_references names a channel");
}

bool act_request_send(struct journal *journal, const struct desk_call *call,
                      struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_pick(
        journal, json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX), err);
    struct request request;
    struct enclosed enclosed = {.parts = NULL};
    struct ruling ruling;
    struct span ruling_span;
    struct span body;
    struct buffer written CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    if (!problems_to_error(call->problems, err) || line == NULL ||
        !enclose(journal, call, &enclosed, err) || !ground_body(journal, line, call, &body, err))
        return false;
    if (!request_read(body, call->arena, &request, call->problems)) {
        ground_hint(journal, line, call);
        return problems_to_error(call->problems, err) || error_add(err, "request");
    }
    if (!elsewhere_check(call, request.foreign_reference_count, request.is_training, err) ||
        !again_check(journal, call, line, &request, err))
        return false;
    if (request.parts.count > 0)
        return error_set(err, ERROR_INPUT,
                         "request: parts are made here, from the attachments given");
    request.parts = (struct part_list){enclosed.parts, enclosed.part_count};
    request.attachments = (struct attachment_list){enclosed.attachments, enclosed.attachment_count};
    if (!access_pseudonym(journal, line, call->access.officer, call->arena, &request.officer,
                          err) ||
        !access_approver(journal, line, call, &request.approved_by, err) ||
        !persons_mask(&request, request.officer, call->arena, err) ||
        !send_body(&written, request_write(&request, &written), call->arena, &body, err))
        return false;
    struct permit_question question = {
        .type = MESSAGE_REQUEST, .request = &request, .body_size = (int64_t)body.size};
    if (!rule_ask(journal, line, call, &question, &ruling, err) ||
        !send_ruling(&ruling, call->arena, &ruling_span, err))
        return false;
    struct draft draft = {.type = MESSAGE_REQUEST,
                          .unit = journal_unit(journal, line),
                          .body = body,
                          .parsed = &request,
                          .ruling = ruling_span,
                          .parts = enclosed.drafts,
                          .part_count = enclosed.part_count};
    return send_out(journal, line, call, "request-send", &draft, &ruling, out, err) &&
           (call->is_trial || enclosed_forget(journal, &enclosed, err));
}

/* The request that is answered: one of the partner's, in our custody. */
static bool request_to_us(struct journal *journal, const struct desk_call *call,
                          struct journal_line **line, struct entry_row *row,
                          struct reference *reference, struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);

    if (!item_find(journal, item, call->arena, line, row, err))
        return false;
    if (row->type != MESSAGE_REQUEST || journal_side(*line, row->log) != SIDE_PARTNER)
        return error_set(err, ERROR_INPUT, "item %.*s is not a request to us", SPAN_ARG(item));
    return item_reference(*line, row, reference) || error_set(err, ERROR_STORE, "an entry is cut");
}

bool items_mask(const struct item **list, size_t count, struct span pseudonym, struct arena *arena,
                struct error *err)
{
    struct item *items = arena_array(arena, count, sizeof *items);

    if (items == NULL && count > 0)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < count; i++) {
        items[i] = (*list)[i];
        if (items[i].has_person)
            items[i].person.marking.recorded_by = pseudonym;
        if (items[i].has_text)
            items[i].text.marking.recorded_by = pseudonym;
    }
    *list = items;
    return true;
}

/* What we send must be what the partner's reader takes: what was put together here is read once more. */
bool send_recheck(const struct desk_call *call, enum message_type type, struct span body,
                  struct error *err)
{
    if (message_read(type, body, call->arena, call->problems) != NULL)
        return true;
    return problems_to_error(call->problems, err) &&
           error_set(err, ERROR_LIMIT, "the message does not fit in memory");
}

/* The request that is answered: its name; when one officer answers alone, on what ground it is urgent and how much went so. */
struct answered {
    int64_t entry;
    struct reference reference;
    enum urgency_ground urgency;
    int64_t alone_count;
};

/* Exactly where the partner reads "refused under the agreement" and no more: the ground that is kept from it stands in the
 * domestic log, for the supervisory authority (docs/safeguards.md g2). */
static bool true_grounds_read(const struct desk_call *call, const struct answer *answer,
                              uint64_t *out, struct error *err)
{
    const uint64_t veil = UINT64_C(1) << REFUSAL_GROUND_UNDER_AGREEMENT;
    bool is_veiled = false;

    *out = json_get_choices(call->arguments, "true_grounds", refusal_ground_names,
                            REFUSAL_GROUND_COUNT, 0);
    if (!problems_to_error(call->problems, err))
        return false;
    for (size_t i = 0; i < answer->refusal_count; i++)
        is_veiled |= answer->refusals[i].ground == REFUSAL_GROUND_UNDER_AGREEMENT;
    if ((*out & veil) != 0)
        return error_set(err, ERROR_INPUT,
                         "true_grounds: 'under_agreement' is what the partner reads; name the "
                         "ground behind it");
    if (is_veiled && *out == 0)
        return error_set(err, ERROR_INPUT,
                         "true_grounds: required with ground 'under_agreement'; they stay in the "
                         "domestic log");
    return is_veiled || *out == 0 ||
           error_set(err, ERROR_INPUT, "true_grounds: stand only with ground 'under_agreement'");
}

/* Anything but a mere refusal: that nothing is held is told, too. */
static bool gives_or_denies(const struct desk_call *call, const struct answer *answer)
{
    return answer->outcome != ANSWER_REFUSED || answer->item_count > 0 ||
           json_has(call->arguments, "attachments");
}

/* From a filled answer to the sent message. Its items leave the body and travel as salted small parts. */
static bool answer_out(struct journal *journal, struct journal_line *line,
                       const struct desk_call *call, const char *act, struct answer *answer,
                       const struct answered *request, struct json_writer *out, struct error *err)
{
    struct desk_call told = *call; /* with what its entry says beside the message */
    struct ruling ruling;
    struct span ruling_span;
    struct span body;
    struct enclosed enclosed = {.parts = NULL};
    struct buffer written CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    /* An answer always says who approved; where nobody was asked, its officer did. */
    struct span approver =
        call->access.approver.size > 0 ? call->access.approver : call->access.officer;

    if (!true_grounds_read(call, answer, &told.access.true_grounds, err) ||
        !rights_permit_answer(journal, request->entry, gives_or_denies(call, answer), call->arena,
                              err) ||
        !access_pseudonym(journal, line, call->access.officer, call->arena, &answer->officer,
                          err) ||
        !access_pseudonym(journal, line, approver, call->arena, &answer->approved_by, err) ||
        !items_mask(&answer->items, answer->item_count, answer->officer, call->arena, err) ||
        !enclose_items(journal, call, answer->items, answer->item_count, &enclosed, err) ||
        !enclose(journal, call, &enclosed, err) || !problems_to_error(call->problems, err))
        return false;
    struct permit_question question = {.type = MESSAGE_ANSWER,
                                       .answer = answer,
                                       .request_urgency = request->urgency,
                                       .alone_count = request->alone_count,
                                       .part_items = answer->items,
                                       .part_item_count = answer->item_count};
    answer->items = NULL;
    answer->item_count = 0;
    answer->parts = (struct part_list){enclosed.parts, enclosed.part_count};
    answer->attachments = (struct attachment_list){enclosed.attachments, enclosed.attachment_count};
    if (!send_body(&written, answer_write(answer, &written), call->arena, &body, err) ||
        !send_recheck(call, MESSAGE_ANSWER, body, err))
        return false;
    question.body_size = (int64_t)body.size;
    if (!rule_ask(journal, line, call, &question, &ruling, err) ||
        !send_ruling(&ruling, call->arena, &ruling_span, err))
        return false;
    struct draft draft = {.type = MESSAGE_ANSWER,
                          .in_reply_to = &request->reference,
                          .thread = &request->reference,
                          .unit = journal_unit(journal, line),
                          .body = body,
                          .parsed = answer,
                          .ruling = ruling_span,
                          .parts = enclosed.drafts,
                          .part_count = enclosed.part_count};
    return send_out(journal, line, &told, act, &draft, &ruling, out, err) &&
           (call->is_trial || enclosed_forget(journal, &enclosed, err));
}

/* The emergency is that of the request, as long as its urgency was not given up. */
static bool emergency_ground(struct journal *journal, struct journal_line *line, int64_t request,
                             struct answered *out, struct answer *answer, struct error *err)
{
    struct permit_question question = {.type = MESSAGE_ANSWER};

    if (!alone_question_fill(journal, line, request, true, UINT64_MAX, &question, err))
        return false;
    if (question.request_urgency == URGENCY_NONE)
        return error_set(err, ERROR_RULE,
                         "agreement %s, clause 9.2: the request is not urgent; one officer does "
                         "not send alone",
                         line->agreement_id);
    out->urgency = question.request_urgency;
    out->alone_count = question.alone_count;
    answer->emergency = question.request_urgency;
    return true;
}

bool act_answer_send(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct journal_line *line = NULL;
    struct entry_row row;
    struct answered request = {.urgency = URGENCY_NONE};
    struct answer answer;
    struct span body;

    if (!request_to_us(journal, call, &line, &row, &request.reference, err) ||
        !ground_body(journal, line, call, &body, err))
        return false;
    request.entry = row.id;
    if (!answer_read(body, call->arena, &answer, call->problems)) {
        ground_hint(journal, line, call);
        return problems_to_error(call->problems, err) || error_add(err, "answer");
    }
    if (answer.parts.count > 0)
        return error_set(err, ERROR_INPUT,
                         "answer: parts are made here, from items and attachments");
    answer.emergency = URGENCY_NONE; /* the door says so, not the body */
    if (!further_check(journal, call, line, &answer, &row, "a further answer", err))
        return false;
    if (call->access.is_alone && !emergency_ground(journal, line, row.id, &request, &answer, err))
        return false;
    return answer_out(journal, line, call, "answer-send", &answer, &request, out, err);
}

/* What a refusal repeats from the request that it refuses. */
static bool request_of(struct journal *journal, const struct desk_call *call,
                       const struct entry_row *row, struct request *out, struct error *err)
{
    struct span body;

    if (!journal_body(journal, row, call->arena, &body, err))
        return false;
    return request_read(body, call->arena, out, call->problems) ||
           problems_to_error(call->problems, err);
}

//= dir-2023-977 art 6(1)
bool act_refuse_send(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct journal_line *line = NULL;
    struct entry_row row;
    struct answered answered = {.urgency = URGENCY_NONE};
    struct request request;
    struct refusal refusals[ANSWER_REFUSAL_COUNT_MAX];
    struct answer answer = {.outcome = ANSWER_REFUSED, .refusals = refusals};

    if (!request_to_us(journal, call, &line, &row, &answered.reference, err))
        return false;
    if (!further_check(journal, call, line, &answer, &row,
                       "an answer that refuses what is left of it", err))
        return false;
    answered.entry = row.id;
    uint64_t grounds =
        json_get_choices(call->arguments, "grounds", refusal_ground_names, REFUSAL_GROUND_COUNT, 1);
    struct span reason =
        json_get_text_optional(call->arguments, "reason_text", REFUSAL_REASON_SIZE_MAX);
    struct span language = json_get_text_optional(call->arguments, "language", 2);
    if (!problems_to_error(call->problems, err) || !request_of(journal, call, &row, &request, err))
        return false;
    for (size_t i = 0; i < REFUSAL_GROUND_COUNT; i++)
        if ((grounds & UINT64_C(1) << i) != 0 && answer.refusal_count < ANSWER_REFUSAL_COUNT_MAX)
            refusals[answer.refusal_count++] =
                (struct refusal){.ground = (enum refusal_ground)i, .reason = reason};
    answer.reference = request.reference;
    answer.request_reference = request.reference;
    answer.language = language.size > 0 ? language : request.language;
    answer.handling = HANDLING_BIT(HANDLING_H0);
    answer.is_training = request.is_training;
    answer.to_judge = reason.size > 0 ? reason : span_text("refused under the agreement");
    return answer_out(journal, line, call, "refuse-send", &answer, &answered, out, err);
}
