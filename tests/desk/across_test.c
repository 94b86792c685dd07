/*
 * Acts never cross agreements. Every act that takes an item is in the table below; the table is held to the one of acts. To
 * a node that has no part in an agreement, an item of it is as one that never was; on the node that has both, what is done
 * with an item of one stays on its line; a file that came under one cannot be enclosed under another; a draft goes to the
 * partner that it was drafted for; an id that stands under both is acted on under neither.
 * covers: item enclose
 */
#include "check.h"
#include "desk/approval.h"
#include "desk/private.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "journal/support/third.h"
#include "message/support/samples.h"
#include "base/text.h"
#include "store/attachment_file.h"
#include "store/part_rows.h"

static struct pair pair;
static struct third third;
static struct error err;
static struct buffer out;

static char albanian[UUID_TEXT_SIZE]; /* Albania's request to Romania */
static char greek[UUID_TEXT_SIZE];    /* Greece's request to Romania */
static const char nobody[] = "01890a5d-ac96-774b-bcce-b302099a8057";

/* What each act is given beside the item, and whether its body is an answer. */
static const struct row {
    const char *act;
    const char *more;
    bool has_answer;
} rows[] = {
    {"item-show", "", false},
    {"crosscheck-show", "", false},
    {"translation-put", ",\"language\":\"en\",\"translator\":\"Test\",\"text\":\"text\"", false},
    {"translation-list", "", false},
    {"assign", ",\"unit\":\"desk\"", false},
    {"clarification-ask", ",\"question\":\"Who?\",\"language\":\"en\"", false},
    {"clarification-reply", ",\"reply\":\"He.\",\"language\":\"en\"", false},
    {"access-decide", ",\"access\":\"directly\"", false},
    {"delay-tell",
     ",\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
     "\"authority\":\"Court (test)\",\"expected_by\":"
     "\"2099-01-01T00:00:00Z\"",
     false},
    {"urgency-doubt", ",\"doubt\":\"ground_does_not_fit\"", false},
    {"urgency-reply", ",\"urgency\":\"kept\"", false},
    {"item-forward", ",\"authority\":\"spoc\"", false},
    {"item-export",
     ",\"channel\":\"siena\",\"recipient\":\"Europol (test)\",\"recipient_kind\":\"agency\","
     "\"reference\":\"S-1\",\"within_union\":true",
     false},
    {"attachment-find", ",\"part\":1", false},
    {"retention-hold", ",\"hold\":\"exculpatory\"", false},
    {"retention-release", "", false},
    {"refuse-send", ",\"grounds\":[\"a\"]", false},
    {"answer-send", "", true},
    {"emergency-review", ",\"review\":\"confirmed\"", false},
    {"item-withdraw", "", false},
    {"rights-flag", "", false},
    {"rights-decide", ",\"decision\":\"must_be_refused\"", false},
    {"item-erase", ",\"erase_reason\":\"order\"", false}};

static bool run(struct pair_node *node, const struct row *row, const char *item)
{
    struct answer sample = sample_answer_nothing_held();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[300];

    if (row->has_answer && !answer_write(&sample, &body))
        return false;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, row->more);
    error_clear(&err);
    buffer_clear(&out);
    return pair_act(node, row->act, arguments, buffer_span(&body), &out, &err);
}

/* The word itself: what an order is about (about_item) is opened by nobody. */
static bool takes_item(const struct desk_act *act)
{
    return strncmp(act->arguments, "item", 4) == 0 || strstr(act->arguments, ", item") != NULL;
}

CHECK_TEST(every_act_that_takes_an_item_is_in_the_table)
{
    size_t count = 0;

    for (size_t i = 0; i < desk_act_count; i++) {
        bool is_there = false;
        for (size_t k = 0; k < ARRAY_COUNT(rows); k++)
            is_there = is_there || strcmp(rows[k].act, desk_acts[i].name) == 0;
        if (takes_item(&desk_acts[i]) != is_there)
            printf("%s\n", desk_acts[i].name);
        CHECK(takes_item(&desk_acts[i]) == is_there);
        count += is_there;
    }
    CHECK_INT(count, ARRAY_COUNT(rows));
}

/* Entries of a log, those that wait among them. */
static size_t entries_of(struct pair_node *node, const struct journal_log *log)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8 << 20);
    struct entry_row *waiting = arena_array(&arena, 64, sizeof *waiting);
    size_t count = 0;

    if (!entry_list_waiting(node->db, &arena, log->id, waiting, 64, &count, &err))
        return SIZE_MAX;
    return (size_t)log->size + count;
}

static bool send(struct pair_node *node, const char *agreement, unsigned number,
                 const char *authority, const char *upload, char item[UUID_TEXT_SIZE])
{
    char text[24], arguments[160];
    struct request request = sample_request_numbered(number, text);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    request.authority = span_text(authority);
    snprintf(arguments, sizeof arguments, "{\"agreement\":\"%s\"%s%s%s}", agreement,
             upload[0] == '\0' ? "" : ",\"attachments\":[\"", upload,
             upload[0] == '\0' ? "" : "\"]");
    error_clear(&err);
    buffer_clear(&out);
    if (!request_write(&request, &body) ||
        !pair_act(node, "request-send", arguments, buffer_span(&body), &out, &err))
        return false;
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return true;
}

/* Greece's desk: the third node has none until now. */
static bool desk_make(struct pair_node *node)
{
    struct officer_row ana = {.id = span_text("ana"),
                              .name = span_text("Test"),
                              .unit = span_text("desk"),
                              .role = span_text("head_of_desk"),
                              .is_active = true};
    struct officer_row second = ana;

    second.id = span_text("second");
    second.role = span_text("approver");
    return database_begin(node->db, DATABASE_FULL, &err) && officer_put(node->db, &ana, &err) &&
           officer_put(node->db, &second, &err) &&
           case_put(node->db, span_text("c-1"), span_text("Test"), 1, &err) &&
           database_commit(node->db, &err);
}

static bool scene_make(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return false;
    pair_settle(&pair);
    if (!pair_request(&pair.nodes[1], 77, albanian, &err))
        return false;
    pair_settle(&pair);
    return third_make(&pair, &third) && desk_make(&third.node) &&
           send(&third.node, "gr-ro", 78, "Kentro (test)", "", greek) &&
           third_deliver(&pair, &third, false, &err);
}

static void as_none(struct pair_node *node, const char *foreign)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct error of_foreign, of_nobody;
        const struct journal_log *log = &node->journal.lines[0].out;
        size_t before = entries_of(node, log);
        CHECK(!run(node, &rows[i], foreign));
        of_foreign = err;
        CHECK(!run(node, &rows[i], nobody));
        of_nobody = err;
        CHECK_INT(of_foreign.kind, ERROR_MISSING);
        CHECK_INT(of_nobody.kind, ERROR_MISSING);
        /* The same words but for the id that was asked for. */
        const char *a = strstr(of_foreign.text, foreign), *b = strstr(of_nobody.text, nobody);
        CHECK_OR_RETURN(a != NULL && b != NULL && a - of_foreign.text == b - of_nobody.text);
        CHECK(strncmp(of_foreign.text, of_nobody.text, (size_t)(a - of_foreign.text)) == 0);
        CHECK(strcmp(a + strlen(foreign), b + strlen(nobody)) == 0);
        CHECK_INT(entries_of(node, log), before);
    }
}

CHECK_TEST(an_item_of_another_agreement_is_as_one_that_never_was)
{
    struct row show = rows[0];

    CHECK_OK(run(&pair.nodes[0], &show, albanian), err); /* the control: Romania has both */
    CHECK_OK(run(&pair.nodes[0], &show, greek), err);
    CHECK_OK(run(&third.node, &show, greek), err);
    CHECK_OK(run(&pair.nodes[1], &show, albanian), err);
    as_none(&third.node, albanian);
    as_none(&pair.nodes[1], greek);
}

/* On the node that has both, act by act, in this order: some succeed and some do not, none is told to the other partner. */
static void stays(const char *item, struct journal_line *own, struct journal_line *other)
{
    size_t first = entries_of(&pair.nodes[0], &own->out);
    size_t done = 0;

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        size_t before = entries_of(&pair.nodes[0], &other->out);
        done += run(&pair.nodes[0], &rows[i], item);
        CHECK_INT(entries_of(&pair.nodes[0], &other->out), before);
        CHECK(memmem(out.data, out.size, other->agreement_id, strlen(other->agreement_id)) == NULL);
        CHECK(strstr(err.text, other->agreement_id) == NULL);
    }
    CHECK(done >= 6);
    CHECK(entries_of(&pair.nodes[0], &own->out) > first); /* its own partner is told */
}

CHECK_TEST(what_is_done_with_an_item_stays_on_its_line)
{
    struct journal_line *to_albania = &pair.nodes[0].journal.lines[0];

    stays(albanian, to_albania, third_line(&pair));
    stays(greek, third_line(&pair), to_albania);
}

static bool part_run(struct journal *journal, void *context, struct error *error)
{
    static const uint8_t bytes[DIGEST_SIZE] = {5};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct journal_line *line = NULL;
    struct entry_row row;

    if (!item_find(journal, span_text(albanian), &arena, &line, &row, error))
        return false;
    struct part_row part = {.entry = row.id,
                            .number = 9,
                            .kind = PART_ROW_ATTACHMENT,
                            .digest = span_make(bytes, sizeof bytes),
                            .salt = span_make(bytes, sizeof bytes),
                            .size = 1,
                            .sha256 = span_make(bytes, sizeof bytes),
                            .segments = span_make(bytes, sizeof bytes),
                            .state = PART_HELD,
                            .part_key = span_make(bytes, sizeof bytes),
                            .file = span_make(context, ATTACHMENT_ID_SIZE)};
    return part_insert(journal->db, &part, error);
}

/* Its file lies in the same directory as those that officers upload; its name is no upload. */
CHECK_TEST(a_file_that_came_under_one_agreement_is_not_enclosed_under_another)
{
    uint8_t file[ATTACHMENT_ID_SIZE] = {0xab, 0xcd};
    char hex[2 * ATTACHMENT_ID_SIZE + 1], none[2 * ATTACHMENT_ID_SIZE + 1];
    char item[UUID_TEXT_SIZE];
    struct error of_file;
    size_t before = entries_of(&pair.nodes[0], &third_line(&pair)->out);

    CHECK_OK(hostile_run(&pair.nodes[0], part_run, file, &err), err);
    hex_write(span_make(file, sizeof file), hex);
    memset(none, '1', sizeof none);
    none[sizeof none - 1] = '\0';
    CHECK(!send(&pair.nodes[0], "gr-ro", 80, "Centrul de Cooperare (test)", hex, item));
    of_file = err;
    CHECK_INT(of_file.kind, ERROR_MISSING);
    CHECK(!send(&pair.nodes[0], "gr-ro", 80, "Centrul de Cooperare (test)", none, item));
    CHECK(strcmp(err.text, of_file.text) == 0);
    CHECK_INT(entries_of(&pair.nodes[0], &third_line(&pair)->out), before);
    /* The control: without it the request goes out, to Greece alone. */
    CHECK_OK(send(&pair.nodes[0], "gr-ro", 80, "Centrul de Cooperare (test)", "", item), err);
    CHECK_INT(entries_of(&pair.nodes[0], &third_line(&pair)->out), before + 1);
}

/* --- drafts that wait for a second officer --- */

struct asking {
    const char *act;
    const char *arguments;
    struct span body;
    bool is_deciding; /* the second officer does the act, with no other approver */
};

static bool ask_run(struct journal *journal, void *context, struct error *error)
{
    static struct problems problems;
    const struct asking *asking = context;
    struct arena arena CLEANUP(arena_free) = arena_make(64u << 20);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&out);

    problems_clear(&problems);
    buffer_clear(&out);
    if (!json_parse(span_text(asking->arguments), &json, error))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {
        .access = {.officer = span_text(asking->is_deciding ? "second" : "ana"),
                   .reason = span_text("for a test"),
                   .case_number = span_text("c-1"),
                   .approver = span_text(asking->is_deciding ? "" : "second")},
        .arguments = &object,
        .body = asking->body,
        .problems = &problems,
        .arena = &arena};
    const struct desk_act *act = desk_act_find(span_text(asking->act));
    return asking->is_deciding
               ? desk_run(journal, act, &call, &writer, error)
               : approval_ask(journal, act, &call, span_text(asking->arguments), &writer, error);
}

static const char *field(const char *name, char value[80])
{
    char wanted[32];

    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *found = memmem(out.data, out.size, wanted, strlen(wanted));
    snprintf(value, 80, "%.*s", found == NULL ? 0 : (int)strcspn(found + strlen(wanted), "\""),
             found == NULL ? "" : found + strlen(wanted));
    return value;
}

/* Ana drafts, the second officer is told digest and id; arguments of the confirmation. */
static bool draft(const struct asking *asking, char confirmation[220])
{
    char id[80], sha256[80];
    struct asking copy = *asking;

    error_clear(&err);
    if (!hostile_run(&pair.nodes[0], ask_run, &copy, &err))
        return false;
    snprintf(confirmation, 220, "{\"approval\":\"%s\",\"sha256\":\"%s\"}", field("approval", id),
             field("sha256", sha256));
    return true;
}

static bool confirm(const char *confirmation)
{
    struct asking deciding = {
        .act = "approval-confirm", .arguments = confirmation, .is_deciding = true};

    error_clear(&err);
    return hostile_run(&pair.nodes[0], ask_run, &deciding, &err);
}

CHECK_TEST(what_was_drafted_for_one_partner_goes_to_no_other)
{
    struct journal_line *to_albania = &pair.nodes[0].journal.lines[0];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char text[24], confirmation[220];
    struct request request = sample_request_numbered(81, text);
    size_t albania = entries_of(&pair.nodes[0], &to_albania->out);
    size_t greece = entries_of(&pair.nodes[0], &third_line(&pair)->out);

    request.authority = span_text("Centrul de Cooperare (test)");
    CHECK(request_write(&request, &body));
    CHECK_OK(draft(&(struct asking){.act = "request-send",
                                    .arguments = "{\"agreement\":\"gr-ro\"}",
                                    .body = buffer_span(&body)},
                   confirmation),
             err);
    CHECK_INT(entries_of(&pair.nodes[0], &third_line(&pair)->out), greece);
    CHECK_OK(confirm(confirmation), err);
    CHECK_INT(entries_of(&pair.nodes[0], &third_line(&pair)->out), greece + 1);
    CHECK_INT(entries_of(&pair.nodes[0], &to_albania->out), albania);
}

/* --- events --- */

static size_t events_of[2];

static void event_count(void *context, const struct journal_event *what)
{
    (void)context;
    if (what->kind == JOURNAL_APPENDED)
        events_of[what->line]++;
}

CHECK_TEST(an_event_names_the_line_that_it_is_about)
{
    struct journal_options *options = &pair.nodes[0].journal.options;
    struct journal_options before = *options;
    char item[UUID_TEXT_SIZE];

    options->event = event_count;
    CHECK_OK(send(&pair.nodes[0], "gr-ro", 82, "Centrul de Cooperare (test)", "", item), err);
    CHECK_INT(events_of[0], 0);
    CHECK_INT(events_of[1], 1);
    CHECK_OK(send(&pair.nodes[0], "ro-al", 83, "Centrul de Cooperare (test)", "", item), err);
    *options = before;
    CHECK_INT(events_of[0], 1);
    CHECK_INT(events_of[1], 1);
}

/* Greece, who somehow knows it, uses the id of Albania's request: an officer who names it could mean either. */
CHECK_TEST(an_id_that_stands_under_two_agreements_is_acted_on_under_neither)
{
    struct request request = sample_request();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct hostile_entry entry = {.filled = hostile_head(&third.node, MESSAGE_REQUEST)};
    struct journal_line *lines[2] = {&pair.nodes[0].journal.lines[0], third_line(&pair)};
    uint64_t index = 0;

    CHECK_OK(pair_request(&pair.nodes[1], 79, albanian, &err), err);
    pair_settle(&pair);
    CHECK_OK(run(&pair.nodes[0], &rows[0], albanian), err);
    /* An answer to it waits for the second officer meanwhile. */
    struct answer sample = sample_answer_nothing_held();
    struct buffer answer CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[96], confirmation[220];
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", albanian);
    CHECK(answer_write(&sample, &answer));
    CHECK_OK(draft(&(struct asking){.act = "answer-send",
                                    .arguments = arguments,
                                    .body = buffer_span(&answer)},
                   confirmation),
             err);
    request.authority = span_text("Kentro (test)");
    CHECK(request_write(&request, &body) && uuid_read(span_text(albanian), entry.filled.id));
    entry.body = buffer_span(&body);
    CHECK_OK(hostile_append(&third.node, &entry, &index, &err), err);
    CHECK_OK(third_deliver(&pair, &third, false, &err), err);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        size_t before[2] = {entries_of(&pair.nodes[0], &lines[0]->out),
                            entries_of(&pair.nodes[0], &lines[1]->out)};
        CHECK(!run(&pair.nodes[0], &rows[i], albanian));
        CHECK_INT(err.kind, ERROR_CONFLICT);
        for (size_t k = 0; k < 2; k++)
            CHECK_INT(entries_of(&pair.nodes[0], &lines[k]->out), before[k]);
    }
    size_t before[2] = {entries_of(&pair.nodes[0], &lines[0]->out),
                        entries_of(&pair.nodes[0], &lines[1]->out)};
    CHECK(!confirm(confirmation));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    for (size_t k = 0; k < 2; k++)
        CHECK_INT(entries_of(&pair.nodes[0], &lines[k]->out), before[k]);
}

int main(void)
{
    if (!scene_make()) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(every_act_that_takes_an_item_is_in_the_table);
    CHECK_RUN(an_item_of_another_agreement_is_as_one_that_never_was);
    CHECK_RUN(what_is_done_with_an_item_stays_on_its_line);
    CHECK_RUN(a_file_that_came_under_one_agreement_is_not_enclosed_under_another);
    CHECK_RUN(what_was_drafted_for_one_partner_goes_to_no_other);
    CHECK_RUN(an_event_names_the_line_that_it_is_about);
    CHECK_RUN(an_id_that_stands_under_two_agreements_is_acted_on_under_neither);
    third_free(&third);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
