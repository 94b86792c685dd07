/* The officers' acts, and the reference model of what they were told. */
#include "sim/audit.h"
#include "sim/world.h"

#include "base/text.h"
#include "journal/attachment.h"

#include "message/support/samples.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const act_names[ACT_KIND_COUNT + 1] = {
    [ACT_REQUEST] = "request-send",
    [ACT_ANSWER] = "answer-send",
    [ACT_QUESTION] = "clarification-ask",
    [ACT_REPLY] = "clarification-reply",
    [ACT_ACCESS] = "access-decide",
    [ACT_DELAY] = "delay-tell",
    [ACT_DOUBT] = "urgency-doubt",
    [ACT_URGENCY] = "urgency-reply",
    [ACT_SPONTANEOUS] = "spontaneous-send",
    [ACT_REFUSE] = "refuse-send",
    [ACT_SHOW] = "item-show",
    [ACT_ASSIGN] = "assign",
    [ACT_ERASE] = "item-erase",
    [ACT_WITHDRAW] = "item-withdraw",
    [ACT_SUSPEND] = "agreement-suspend",
    [ACT_RESUME] = "agreement-resume",
    [ACT_PROPOSE] = "agreement-propose",
    [ACT_ACCEPT] = "agreement-accept",
    [ACT_REFUSE_PROPOSAL] = "agreement-refuse",
    [ACT_WITHDRAW_PROPOSAL] = "agreement-withdraw",
    [ACT_TERMINATE] = "agreement-terminate",
    [ACT_REVOKE] = "key-revoke",
    [ACT_ORDER_RESUME] = "resume-order",
    [ACT_ALLOW_RESUME] = "resume-allow",
    [ACT_PREPARE_END] = "succession-prepare",
    [ACT_ALLOW_END] = "succession-allow",
    [ACT_IMPORT_END] = "succession-import",
};

unsigned work_open_count;

struct work {
    struct job job; /* first */
    struct node *node;
    unsigned act;
    const char *approver;       /* empty: the first officer alone */
    bool has_file;              /* goes with it */
    bool has_earlier;           /* a further answer, or a request that asks again, */
    uint8_t earlier[UUID_SIZE]; /* and this is what it names */
    struct buffer arguments;
    struct buffer body;
    struct buffer out;
};

static bool ends_log(enum act_kind kind)
{
    return kind >= ACT_PREPARE_END && kind <= ACT_IMPORT_END;
}

/* Where the table of roles wants two, they are a head of desk and a security officer; the partner's one allows alone. */
static const char *approver_of(enum act_kind kind)
{
    return kind == ACT_ALLOW_RESUME || kind == ACT_ALLOW_END                           ? ""
           : kind == ACT_ORDER_RESUME || kind == ACT_REVOKE || kind >= ACT_PREPARE_END ? "third"
                                                                                       : "second";
}

/* Acts about the partner's business or ours, those among them that send no message of their own kind (assigning) too. Whether the
 * node knows of the suspensions that stand is held against the logs (audit_agreement.c) and what officers were told. */
static bool is_held_up(enum act_kind kind)
{
    return kind <= ACT_REFUSE || kind == ACT_ASSIGN;
}

/* At the moment when it is done: another act of the same batch may have lifted a suspension. */
static void suspended_act_check(struct node *node, enum act_kind kind)
{
    const struct journal_line *line = &node->journal.lines[0];

    if (is_held_up(kind) && (line->is_suspended_by_us || line->is_suspended_by_partner))
        world_fail(node->world, "%s: %s is done while %s", node->party, act_names[kind],
                   line->is_suspended_by_us ? "its own suspension stands"
                                            : "the partner suspends the agreement");
}

#define FILE_SIZE_MAX 6000u

static bool upload_write(struct journal *journal, const struct desk_access *access, unsigned act,
                         struct attachment_writer *writer, struct error *err)
{
    static uint8_t bytes[FILE_SIZE_MAX];
    uint8_t sha256[DIGEST_SIZE];
    struct span file = span_make(bytes, 1 + (act * 997u) % FILE_SIZE_MAX);

    memset(bytes, (int)(act % 251), sizeof bytes);
    return attachment_add(writer, file, err) && attachment_finish(writer, sha256, err) &&
           desk_upload_add(journal, access, span_text("file.bin"), writer, sha256, err);
}

/* A file that the officer gives beside the message; its id among the arguments. */
static bool file_give(struct journal *journal, const struct desk_access *access, struct work *work,
                      struct error *err)
{
    struct attachment_place place = {
        .env = journal->env, .home = journal->home, .keeper = &journal->keeper};
    struct attachment_writer writer;
    char id[2 * ATTACHMENT_ID_SIZE + 1];

    if (!attachment_begin(&place, &writer, err))
        return false;
    bool ok = upload_write(journal, access, work->act, &writer, err);
    hex_write(span_make(writer.id, sizeof writer.id), id);
    attachment_end(&writer);
    buffer_clear(&work->arguments);
    return ok && (buffer_format(&work->arguments, "{\"attachments\":[\"%s\"]}", id) ||
                  error_set(err, ERROR_LIMIT, "the arguments do not fit"));
}

static bool work_run(struct journal *journal, struct job *job, struct error *err)
{
    static struct problems problems;
    struct work *work = (struct work *)job;
    const struct act_record *record = &work->node->world->acts[work->act];
    struct arena arena CLEANUP(arena_free) = arena_make(64u * 1024 * 1024);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&work->out);
    char reason[32];

    problems_clear(&problems);
    buffer_clear(&work->out);
    /* The access entry of the act is found by its reason. */
    snprintf(reason, sizeof reason, "sim-%u", work->act);
    struct desk_access access = {.officer = span_text(officer_names[work->node->side]),
                                 .reason = span_text(reason),
                                 .case_number = span_text("c-1"),
                                 .approver = span_text(work->approver)};
    if ((work->has_file && !file_give(journal, &access, work, err)) ||
        !json_parse(buffer_span(&work->arguments), &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = access,
                             .arguments = &object,
                             .body = buffer_span(&work->body),
                             .problems = &problems,
                             .arena = &arena};
    bool ok =
        desk_run(journal, desk_act_find(span_text(act_names[record->kind])), &call, &writer, err);
    if (ok)
        suspended_act_check(work->node, record->kind);
    return ok;
}

/* {"item":"<uuid>",... */
static void sent_item_read(const struct buffer *out, uint8_t item[UUID_SIZE])
{
    struct span text = span_part(buffer_span(out), 9, UUID_TEXT_SIZE - 1);
    if (!uuid_read(text, item))
        memset(item, 0, UUID_SIZE);
}

static bool makes_item(enum act_kind kind)
{
    return kind <= ACT_REFUSE;
}

/* New business; and what an officer shows, erases or withdraws by chance. */
static bool gives(enum act_kind kind)
{
    return kind == ACT_REQUEST || kind == ACT_ANSWER || kind == ACT_REFUSE ||
           kind == ACT_SPONTANEOUS;
}

static void told_done(struct world *world, struct work *work, struct act_record *record)
{
    struct node *node = work->node;

    if (node->is_suspended && gives(record->kind))
        world_fail(world, "%s: %s is done while its own suspension stands", node->party,
                   act_names[record->kind]);
    record->is_ok = true;
    record->order = ++world->told[node->side];
    if (makes_item(record->kind))
        sent_item_read(&work->out, record->item);
    if (record->kind == ACT_SUSPEND || record->kind == ACT_RESUME)
        node->is_suspended = record->kind == ACT_SUSPEND;
    tally_add("act", act_names[record->kind]);
}

/* The newest answer of this side to a request: what a further one adds to. */
static bool answer_newest(const struct world *world, size_t side, const uint8_t request[UUID_SIZE],
                          uint8_t out[UUID_SIZE])
{
    for (unsigned i = world->act_count; i > 0; i--) {
        const struct act_record *record = &world->acts[i - 1];
        if (record->side == side && record->is_ok &&
            (record->kind == ACT_ANSWER || record->kind == ACT_REFUSE) &&
            memcmp(record->target, request, UUID_SIZE) == 0) {
            memcpy(out, record->item, UUID_SIZE);
            return true;
        }
    }
    return false;
}

/* The newest request of this side that the partner answered, as far as it was told: the answer may not be here yet. */
static bool answered_newest(const struct world *world, size_t side, uint8_t out[UUID_SIZE])
{
    uint8_t answer[UUID_SIZE];

    for (unsigned i = world->act_count; i > 0; i--) {
        const struct act_record *record = &world->acts[i - 1];
        if (record->side == side && record->is_ok && record->kind == ACT_REQUEST &&
            answer_newest(world, 1 - side, record->item, answer)) {
            memcpy(out, record->item, UUID_SIZE);
            return true;
        }
    }
    return false;
}

/* By no draw, so that histories stay as they are: most who answer again say so, some do not know of the first; now and then a desk asks again. */
static bool earlier_choose(const struct world *world, const struct work *work, enum act_kind kind,
                           const uint8_t target[UUID_SIZE], uint8_t out[UUID_SIZE])
{
    if (kind == ACT_ANSWER && target != NULL && world->act_count % 5 != 2)
        return answer_newest(world, work->node->side, target, out);
    return kind == ACT_REQUEST && world->script == NULL && world->act_count % 4 == 1 &&
           answered_newest(world, work->node->side, out);
}

/* What it names went back to its officer, or the books were restored without it. */
static bool earlier_is_gone(struct work *work)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1u << 20);
    struct entry_row row;
    int64_t position = -1;

    return work->has_earlier &&
           !audit_find(work->node, SIDE_OWN, span_make(work->earlier, UUID_SIZE), &arena, &row,
                       &position);
}

static void work_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct work *work = (struct work *)job;
    struct world *world = work->node->world;
    struct act_record *record = &world->acts[work->act];
    char name[72];
    (void)journal;

    work_open_count--;
    if (ok) {
        record->is_told = true;
        told_done(world, work, record);
        if (work->has_earlier)
            tally_add("after an answer",
                      record->kind == ACT_ANSWER ? "a further answer is given" : "asked again");
    } else if (err->kind != ERROR_STORE) {
        record->is_told = true;
        record->refusal = err->kind;
        snprintf(name, sizeof name, "%s %s", act_names[record->kind], error_kind_name(err->kind));
        tally_add("refusal of an act", name);
        if (record->is_alone && strstr(err->text, "a second officer must approve this") != NULL)
            tally_add("approval", record->kind == ACT_SPONTANEOUS
                                      ? "unasked, refused to one officer"
                                      : "refused to one officer");
        if (record->kind == ACT_ANSWER && strstr(err->text, "the request is answered") != NULL)
            tally_add("after an answer", "a second answer is refused");
        if (err->kind == ERROR_BUG || (err->kind == ERROR_INPUT && !earlier_is_gone(work)))
            world_fail(world, "act %u %s: %s", work->act, act_names[record->kind], err->text);
    }
    world_tell(world, "%s act %u %s: %s", work->node->machine.name, work->act,
               act_names[record->kind], ok ? "done" : err->text);
    if (ends_log(record->kind))
        ending_hear(world, work->act, ok, buffer_span(&work->out), err);
    if (record->kind == ACT_ORDER_RESUME || record->kind == ACT_ALLOW_RESUME)
        resume_hear(work->node, work->act, ok);
    buffer_free(&work->arguments);
    buffer_free(&work->body);
    buffer_free(&work->out);
    free(work);
}

/* --- what is asked --- */

static struct span authority_of(const struct node *node)
{
    return span_text(node->side == 0 ? "Centrul de Cooperare (test)"
                                     : "Qendra e Bashk\xc3\xabpunimit (test)");
}

static bool request_body(struct world *world, const struct work *work, unsigned act,
                         struct buffer *out)
{
    const struct node *node = work->node;

    char reference[24];
    bool is_urgent = random_chance(&world->random, 20);
    struct request request = is_urgent ? sample_request_urgent() : sample_request();
    char *facts = calloc(1, 4096);

    if (facts == NULL)
        abort();
    snprintf(reference, sizeof reference, "SIM-%u", act);
    memset(facts, 'x', 1 + random_below(&world->random, 3000));
    request.reference = span_text(reference);
    if (random_chance(&world->random, 70)) {
        request.persons = &sample_persons[1];
        request.person_count = 1;
    }
    request.facts = span_text(facts);
    request.authority = authority_of(node);
    world->acts[act].is_urgent = is_urgent;
    request.has_refers_to = work->has_earlier;
    memcpy(request.refers_to, work->earlier, UUID_SIZE);
    bool ok = request_write(&request, out);
    free(facts);
    return ok;
}

static bool answer_body(struct world *world, const struct work *work, struct buffer *out)
{
    static struct answer (*const samples[])(void) = {sample_answer, sample_answer_partial,
                                                     sample_answer_nothing_held};
    struct answer answer = samples[random_below(&world->random, ARRAY_COUNT(samples))]();
    answer.has_supplements = work->has_earlier;
    memcpy(answer.supplements, work->earlier, UUID_SIZE);
    return answer_write(&answer, out);
}

static bool spontaneous_body(const struct node *node, unsigned act, struct buffer *out)
{
    struct spontaneous given = sample_spontaneous();
    char reference[24];

    snprintf(reference, sizeof reference, "SIM-%u", act);
    given.reference = span_text(reference);
    given.authority = authority_of(node);
    return spontaneous_write(&given, out);
}

/* What this side proposes next, or the document that it signs second: by the version in force here. */
static bool document_write(struct buffer *out, const struct node *node, bool is_own)
{
    const struct papers *papers = node->world->papers;
    int64_t version = node->journal.lines[0].agreement.version + 1;
    struct json_writer writer = json_writer_make(out);

    if (version > PAPERS_VERSION_MAX)
        version = PAPERS_VERSION_MAX; /* refused: it does not follow */
    const struct paper *paper = &papers->amendments[version][is_own ? node->side : 1 - node->side];
    json_begin_object(&writer);
    json_base64_field(&writer, "signed", buffer_span(is_own ? &paper->once : &paper->both));
    json_end_object(&writer);
    return !out->failed;
}

static bool arguments_write(struct buffer *out, const struct node *node, enum act_kind kind,
                            const uint8_t target[UUID_SIZE])
{
    char item[UUID_TEXT_SIZE] = "";

    if (target != NULL)
        uuid_write(target, item);
    switch (kind) {
    case ACT_REQUEST:
    case ACT_SPONTANEOUS:
    case ACT_SUSPEND:
    case ACT_RESUME:
    case ACT_REFUSE_PROPOSAL:
    case ACT_WITHDRAW_PROPOSAL:
        return buffer_text(out, "{}");
    case ACT_PROPOSE:
    case ACT_ACCEPT:
        return document_write(out, node, kind == ACT_PROPOSE);
    case ACT_TERMINATE:
        return buffer_text(out, "{\"ends\":\"2028-01-31\"}");
    case ACT_REVOKE: /* another certificate each time */
        return buffer_format(out, "{\"certificate\":\"%064x\",\"revoked_for\":\"theft\"}",
                             node->world->act_count);
    case ACT_ANSWER:
    case ACT_SHOW:
    case ACT_WITHDRAW:
        return buffer_format(out, "{\"item\":\"%s\"}", item);
    case ACT_REFUSE:
        return buffer_format(
            out, "{\"item\":\"%s\",\"grounds\":[\"a\"],\"reason_text\":\"not available\"}", item);
    case ACT_ASSIGN:
        return buffer_format(out, "{\"item\":\"%s\",\"unit\":\"border-3\"}", item);
    case ACT_QUESTION:
        return buffer_format(out, "{\"item\":\"%s\",\"question\":\"Which?\",\"language\":\"en\"}",
                             item);
    case ACT_REPLY:
        return buffer_format(out, "{\"item\":\"%s\",\"reply\":\"That one.\",\"language\":\"en\"}",
                             item);
    case ACT_ACCESS:
        return buffer_format(out,
                             "{\"item\":\"%s\",\"access\":\"indirectly\",\"held_by\":"
                             "\"private_party\",\"source\":\"Bank (test)\"}",
                             item);
    case ACT_DELAY:
        return buffer_format(
            out,
            "{\"item\":\"%s\",\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
            "\"authority\":\"Court (test)\",\"expected_by\":\"2099-01-01T00:00:00Z\"}",
            item);
    case ACT_DOUBT:
        return buffer_format(out, "{\"item\":\"%s\",\"doubt\":\"facts_do_not_show_it\"}", item);
    case ACT_URGENCY:
        return buffer_format(out, "{\"item\":\"%s\",\"urgency\":\"%s\"}", item,
                             node->world->act_count % 3 == 0 ? "kept" : "given_up");
    case ACT_ERASE:
        return buffer_format(out, "{\"item\":\"%s\",\"erase_reason\":\"retention\"}", item);
    case ACT_ORDER_RESUME:
    case ACT_ALLOW_RESUME:
    case ACT_PREPARE_END:
    case ACT_ALLOW_END:
    case ACT_IMPORT_END:
    case ACT_KIND_COUNT:
        break;
    }
    return false;
}

static bool submit(struct node *node, enum act_kind kind, const char *approver,
                   const uint8_t target[UUID_SIZE], struct span arguments)
{
    struct world *world = node->world;
    struct error err = {0};

    if (world->act_count == ACT_COUNT_MAX || !node->is_up)
        return false;
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL)
        abort();
    *work = (struct work){.job = {.run = work_run, .done = work_done},
                          .node = node,
                          .act = world->act_count,
                          .approver = approver,
                          .arguments = buffer_make(4 * AGREEMENT_SIZE_MAX),
                          .body = buffer_make(BODY_SIZE_MAX),
                          .out = buffer_make(1 << 20)};
    struct act_record *record = &world->acts[world->act_count++];
    *record = (struct act_record){.kind = kind, .side = node->side, .machine = node->number};
    /* Now and then an officer tries to give something without a second one; by no draw, so that histories stay as they are. */
    record->is_alone = (kind == ACT_ANSWER && world->act_count % 8 == 3) ||
                       (kind == ACT_SPONTANEOUS && world->act_count % 4 == 1);
    if (record->is_alone)
        work->approver = "";
    /* In some worlds requests bring files: a few, since a disk of the simulator has room for so many names. */
    work->has_file = kind == ACT_REQUEST && world->script == NULL && world->seed % 4 == 3 &&
                     world->file_count < WORLD_FILE_MAX && world->act_count % 2 == 0;
    world->file_count += work->has_file;
    work->has_earlier = earlier_choose(world, work, kind, target, work->earlier);
    if (target != NULL)
        memcpy(record->target, target, UUID_SIZE);
    bool ok = (arguments.size > 0 ? buffer_add(&work->arguments, arguments)
                                  : arguments_write(&work->arguments, node, kind, target)) &&
              (kind != ACT_REQUEST || request_body(world, work, work->act, &work->body)) &&
              (kind != ACT_ANSWER || answer_body(world, work, &work->body)) &&
              (kind != ACT_SPONTANEOUS || spontaneous_body(node, work->act, &work->body));
    char shown[UUID_TEXT_SIZE] = "";
    if (target != NULL)
        uuid_write(target, shown);
    world_tell(world, "%s act %u %s %s", node->machine.name, work->act, act_names[kind], shown);
    work_open_count++;
    if (ok && journal_submit(&node->journal, &work->job, &err))
        return true;
    work_done(&node->journal, &work->job, false, &err);
    return world_fail(world, "act %u was not taken: %s", work->act, err.text);
}

bool work_submit(struct node *node, enum act_kind kind, const uint8_t target[UUID_SIZE])
{
    return submit(node, kind, approver_of(kind), target, span_make(NULL, 0));
}

bool work_submit_with(struct node *node, enum act_kind kind, struct span arguments)
{
    return submit(node, kind, approver_of(kind), NULL, arguments);
}

bool work_submit_alone(struct node *node, enum act_kind kind, struct span arguments)
{
    return submit(node, kind, "", NULL, arguments);
}

/* --- what officers choose --- */

/* A message made on `side`, told done; false when there is none. */
#define ANY_KIND ACT_KIND_COUNT

static bool message_choose(struct world *world, size_t side, enum act_kind kind,
                           uint8_t out[UUID_SIZE])
{
    unsigned found[ACT_COUNT_MAX];
    unsigned count = 0;

    for (unsigned i = 0; i < world->act_count; i++) {
        const struct act_record *record = &world->acts[i];
        if (record->side == side && record->is_ok &&
            (kind == ANY_KIND ? gives(record->kind) : record->kind == kind))
            found[count++] = i;
    }
    if (count == 0)
        return false;
    memcpy(out, world->acts[found[random_below(&world->random, count)]].item, UUID_SIZE);
    return true;
}

/* One of the side's urgent requests, if it made any: of others nobody doubts the urgency. */
static bool urgent_choose(struct world *world, size_t side, uint8_t out[UUID_SIZE])
{
    for (unsigned i = world->act_count; i > 0; i--) {
        const struct act_record *record = &world->acts[i - 1];
        if (record->side == side && record->is_ok && record->is_urgent &&
            random_chance(&world->random, 60)) {
            memcpy(out, record->item, UUID_SIZE);
            return true;
        }
    }
    return message_choose(world, side, ACT_REQUEST, out);
}

/* The youngest message of a side: most likely not delivered yet. */
static bool message_youngest(struct world *world, size_t side, uint8_t out[UUID_SIZE])
{
    for (unsigned i = world->act_count; i > 0; i--) {
        const struct act_record *record = &world->acts[i - 1];
        if (record->side == side && record->is_ok && gives(record->kind)) {
            memcpy(out, record->item, UUID_SIZE);
            return true;
        }
    }
    return false;
}

/* What an officer does about the agreement. In most cases one side proposes and the other signs: while both have a proposal
 * open, neither may sign. */
static enum act_kind amendment_choose(struct world *world, const struct node *node)
{
    static const enum act_kind any[] = {ACT_PROPOSE, ACT_ACCEPT, ACT_REFUSE_PROPOSAL,
                                        ACT_WITHDRAW_PROPOSAL};
    uint64_t at = random_below(&world->random, 100);

    if (at < 1)
        return ACT_TERMINATE;
    if (at < 15)
        return any[random_below(&world->random, ARRAY_COUNT(any))];
    return node->side == world->seed % MACHINE_COUNT ? ACT_PROPOSE : ACT_ACCEPT;
}

/* The partner has said something more often than it was replied to. */
static bool is_reply_owed(const struct world *world, const struct node *node, enum act_kind said,
                          enum act_kind reply)
{
    unsigned asked = 0, replied = 0;

    for (unsigned i = 0; i < world->act_count; i++) {
        const struct act_record *record = &world->acts[i];
        asked += record->is_ok && record->side != node->side && record->kind == said;
        replied += record->is_ok && record->side == node->side && record->kind == reply;
    }
    return asked > replied;
}

/* What was said lies at the partner's for a while before it is here: whoever owes a reply tries again and again. */
static enum act_kind said_choose(struct world *world, const struct node *node)
{
    static const enum act_kind said[] = {ACT_QUESTION, ACT_REPLY, ACT_QUESTION, ACT_REPLY,
                                         ACT_ACCESS,   ACT_DELAY, ACT_DOUBT,    ACT_URGENCY};

    if (is_reply_owed(world, node, ACT_DOUBT, ACT_URGENCY) && random_chance(&world->random, 60))
        return ACT_URGENCY;
    if (is_reply_owed(world, node, ACT_QUESTION, ACT_REPLY) && random_chance(&world->random, 40))
        return ACT_REPLY;
    /* In half of these worlds they ask and reply alone, so that the logs give the limit (audit_limits.c). */
    return said[random_below(&world->random, world->seed % 8 == 2 ? 4 : ARRAY_COUNT(said))];
}

static enum act_kind kind_choose(struct world *world, const struct node *node)
{
    static const struct {
        enum act_kind kind;
        unsigned weight;
    } weights[] = {{ACT_REQUEST, 40}, {ACT_ANSWER, 14}, {ACT_REFUSE, 8},   {ACT_SHOW, 12},
                   {ACT_ASSIGN, 9},   {ACT_ERASE, 7},   {ACT_WITHDRAW, 8}, {ACT_SUSPEND, 2}};
    uint64_t at = random_below(&world->random, 100);

    if (node->is_suspended && random_chance(&world->random, 25))
        return ACT_RESUME;
    /* In some worlds keys are given up, the more while an agreement is suspended because of it. */
    if (world->seed % 8 == 3 && random_chance(&world->random, node->is_suspended ? 40 : 4))
        return ACT_REVOKE;
    /* In every fourth world the desks speak of limits. */
    if (world->seed % 4 == 2 && random_chance(&world->random, 25))
        return said_choose(world, node);
    /* And in another fourth they tell each other what nobody asked. */
    if (world->seed % 4 == 1 && random_chance(&world->random, 15))
        return ACT_SPONTANEOUS;
    if (world->amends && random_chance(&world->random, 30))
        return amendment_choose(world, node);
    for (size_t i = 0; i < ARRAY_COUNT(weights); i++) {
        if (at < weights[i].weight)
            return weights[i].kind;
        at -= weights[i].weight;
    }
    return ACT_REQUEST;
}

bool work_act(struct node *node)
{
    struct world *world = node->world;
    enum act_kind kind = kind_choose(world, node);
    size_t partner = 1 - node->side;
    uint8_t target[UUID_SIZE];
    bool has_target = false;

    switch (kind) {
    case ACT_ANSWER:
    case ACT_REFUSE:
    case ACT_ASSIGN:
    case ACT_QUESTION:
    case ACT_ACCESS:
    case ACT_DELAY:
        has_target = message_choose(world, partner, ACT_REQUEST, target);
        break;
    case ACT_DOUBT:
        has_target = urgent_choose(world, partner, target);
        break;
    case ACT_REPLY:
        has_target = message_choose(world, partner, ACT_QUESTION, target);
        break;
    case ACT_URGENCY:
        has_target = message_choose(world, partner, ACT_DOUBT, target);
        break;
    case ACT_SHOW:
    case ACT_ERASE:
        has_target = message_choose(world, random_chance(&world->random, 70) ? partner : node->side,
                                    ANY_KIND, target);
        break;
    case ACT_WITHDRAW:
        has_target = random_chance(&world->random, 80)
                         ? message_youngest(world, node->side, target)
                         : message_choose(world, node->side, ANY_KIND, target);
        break;
    case ACT_REQUEST:
    case ACT_SPONTANEOUS:
    case ACT_SUSPEND:
    case ACT_RESUME:
    case ACT_PROPOSE:
    case ACT_ACCEPT:
    case ACT_REFUSE_PROPOSAL:
    case ACT_WITHDRAW_PROPOSAL:
    case ACT_TERMINATE:
    case ACT_REVOKE:
    case ACT_ORDER_RESUME:
    case ACT_ALLOW_RESUME:
    case ACT_PREPARE_END:
    case ACT_ALLOW_END:
    case ACT_IMPORT_END:
    case ACT_KIND_COUNT:
        return work_submit(node, kind, NULL);
    }
    return has_target ? work_submit(node, kind, target) : work_submit(node, ACT_REQUEST, NULL);
}
