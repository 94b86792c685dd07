/* A history with everything in it: see history.h. */
#include "journal/history/history.h"

#include "journal/private.h"
#include "journal/revocation.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "message/answer.h"
#include "store/attachment_file.h"
#include "store/schema.h"

#include "base/text.h"
#include "crypto/secret.h"
#include "journal/attachment.h"
#include "message/support/samples.h"

#include <stdio.h>
#include <string.h>

static struct pair *pair;
static struct error err;
static unsigned number = 1;

static bool act(size_t side, const char *name, const char *arguments, struct span body,
                char item[UUID_TEXT_SIZE])
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);

    error_clear(&err);
    bool ok = pair_act(&pair->nodes[side], name, arguments, body, &out, &err);
    if (!ok)
        printf("%s of %s: %s\n", name, pair->nodes[side].party, err.text);
    if (ok && item != NULL && out.size > 9) /* {"item":"<uuid>",... */
        snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    return ok;
}

/* An act about an item; `said` may be NULL. */
static bool about(size_t side, const char *name, const char *item, const char *rest,
                  char said[UUID_TEXT_SIZE])
{
    char arguments[400];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, rest);
    if (!act(side, name, arguments, span_text(""), said))
        return false;
    pair_settle(pair);
    return true;
}

static bool request(size_t side, const struct request *sample, const char *arguments,
                    char item[UUID_TEXT_SIZE])
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct request own = *sample;
    char reference[24];

    snprintf(reference, sizeof reference, "%s-%u", side == 0 ? "RO" : "AL", number++);
    own.reference = span_text(reference);
    own.authority = span_text(side == 0 ? "Centrul de Cooperare (test)"
                                        : "Qendra e Bashk\xc3\xabpunimit (test)");
    return request_write(&own, &body) &&
           act(side, "request-send", arguments, buffer_span(&body), item);
}

static bool ordinary(size_t side, char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct request sample = sample_request_numbered(number, reference);

    if (!request(side, &sample, "{}", item))
        return false;
    pair_settle(pair);
    return true;
}

static bool urgent(size_t side, char item[UUID_TEXT_SIZE])
{
    struct request sample = sample_request_urgent();

    if (!request(side, &sample, "{}", item))
        return false;
    pair_settle(pair);
    return true;
}

/* --- a request with a file, whose arrival is told --- */

struct upload_job {
    const struct attachment_writer *writer;
    const uint8_t *sha256;
    size_t side;
};

static bool upload_run(struct journal *journal, void *context, struct error *failed)
{
    const struct upload_job *job = context;
    struct desk_access access = {.officer = span_text(job->side == 0 ? "ana" : "blerim"),
                                 .reason = span_text("test")};
    return desk_upload_add(journal, &access, span_text("film.bin"), job->writer, job->sha256,
                           failed);
}

static bool with_file(size_t side, char item[UUID_TEXT_SIZE])
{
    struct pair_node *node = &pair->nodes[side];
    struct attachment_place place = {
        .env = node->journal.env, .home = node->home, .keeper = &node->journal.keeper};
    struct attachment_writer writer;
    uint8_t sha256[DIGEST_SIZE];
    char arguments[128], reference[24], hex[2 * ATTACHMENT_ID_SIZE + 1];
    struct request sample = sample_request_numbered(number, reference);

    bool ok = attachment_begin(&place, &writer, &err) &&
              attachment_add(&writer, span_text("a film"), &err) &&
              attachment_finish(&writer, sha256, &err);
    struct upload_job job = {.writer = &writer, .sha256 = sha256, .side = side};
    ok = ok && hostile_run(node, upload_run, &job, &err);
    hex_write(span_make(writer.id, sizeof writer.id), hex);
    attachment_end(&writer);
    snprintf(arguments, sizeof arguments, "{\"attachments\":[\"%s\"]}", hex);
    if (!ok || !request(side, &sample, arguments, item))
        return false;
    pair_settle(pair);
    return true;
}

/* --- chapters, each told by both sides --- */

static bool business(size_t side)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer sample = sample_answer();
    char first[UUID_TEXT_SIZE], second[UUID_TEXT_SIZE], third[UUID_TEXT_SIZE];
    char arguments[96], said[UUID_TEXT_SIZE];

    if (!with_file(side, first) || !ordinary(side, second) || !ordinary(side, third))
        return false;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", first);
    if (!about(1 - side, "item-show", first, "", NULL) ||
        !about(1 - side, "assign", first, ",\"unit\":\"border-3\"", NULL) ||
        !answer_write(&sample, &body) ||
        !act(1 - side, "answer-send", arguments, buffer_span(&body), said))
        return false;
    pair_settle(pair);
    return about(side, "item-show", said, "", NULL) &&
           about(1 - side, "refuse-send", second,
                 ",\"grounds\":[\"a\",\"f_ii\"],\"reason_text\":\"not available\"", NULL) &&
           about(1 - side, "item-erase", third, ",\"erase_reason\":\"retention\"", NULL);
}

static bool unasked(size_t side)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct spontaneous sample = sample_spontaneous();
    char item[UUID_TEXT_SIZE], gone[UUID_TEXT_SIZE];

    sample.authority = span_text(side == 0 ? "Centrul de Cooperare (test)"
                                           : "Qendra e Bashk\xc3\xabpunimit (test)");
    if (!spontaneous_write(&sample, &body) ||
        !act(side, "spontaneous-send", "{}", buffer_span(&body), item) ||
        !act(side, "spontaneous-send", "{}", buffer_span(&body), gone))
        return false;
    pair_settle(pair);
    return about(1 - side, "item-show", item, "", NULL) &&
           about(1 - side, "item-erase", gone, ",\"erase_reason\":\"order\"", NULL);
}

static bool clocks(size_t side)
{
    static const char asked[] = ",\"question\":\"Which plate?\",\"language\":\"en\"";
    static const char replied[] = ",\"reply\":\"The second one.\",\"language\":\"en\"";
    static const char elsewhere[] = ",\"access\":\"indirectly\",\"held_by\":\"public_authority\","
                                    "\"source\":\"Register (test)\"";
    static const char delay[] =
        ",\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
        "\"authority\":\"Court (test)\",\"expected_by\":\"2026-03-01T00:00:00Z\"";
    char item[UUID_TEXT_SIZE], said[UUID_TEXT_SIZE], reply[UUID_TEXT_SIZE];
    size_t asker = 1 - side;

    if (!urgent(side, item) || !about(asker, "clarification-ask", item, asked, said))
        return false;
    pair_wait(INT64_C(3) * 3600 * 1000);
    if (!about(side, "clarification-reply", said, replied, reply) ||
        !about(side, "item-erase", reply, ",\"erase_reason\":\"retention\"", NULL) ||
        !about(asker, "access-decide", item, elsewhere, said) ||
        !about(asker, "delay-tell", item, delay, said) || !urgent(side, item) ||
        !about(asker, "urgency-doubt", item, ",\"doubt\":\"facts_do_not_show_it\"", said) ||
        !about(side, "urgency-reply", said, ",\"urgency\":\"given_up\"", reply))
        return false;
    return true;
}

/* Withdrawn before it went. */
static bool withdrawn(size_t side)
{
    char item[UUID_TEXT_SIZE], reference[24];
    struct request sample = sample_request_numbered(number, reference);

    pair->is_cut = true;
    bool ok = request(side, &sample, "{}", item);
    pair_run(pair, 2000);
    ok = ok && about(side, "item-withdraw", item, "", NULL);
    pair->is_cut = false;
    pair_settle(pair);
    return ok && ordinary(side, item);
}

/* The receipt before came later than this one, as far as the books remember. */
static bool disputed(size_t side)
{
    struct journal_line *line = &pair->nodes[side].journal.lines[0];
    char item[UUID_TEXT_SIZE];

    line->cosigned_time_s = pair_clock_ms() / 1000 + 86400;
    return ordinary(side, item);
}

static bool governance(size_t side)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(1);
    char item[UUID_TEXT_SIZE];

    error_clear(&err);
    if (!act(side, "agreement-suspend", "{}", span_text(""), NULL))
        return false;
    pair_settle(pair);
    if (!act(side, "agreement-resume", "{}", span_text(""), NULL))
        return false;
    pair_settle(pair);
    if (!amend_propose(&pair->nodes[side], amend_fewer_offences, &once, &err))
        return false;
    pair_settle(pair);
    if (!act(1 - side, "agreement-refuse", "{\"ground\":\"law\"}", span_text(""), NULL))
        return false;
    pair_settle(pair);
    if (!amend_propose(&pair->nodes[side], amend_fewer_offences, &once, &err))
        return false;
    pair_settle(pair);
    if (!act(side, "agreement-withdraw", "{}", span_text(""), NULL))
        return false;
    pair_settle(pair);
    if (!amend_propose(&pair->nodes[side], side == 0 ? amend_shorter : amend_nothing, &once, &err))
        return false;
    pair_settle(pair);
    if (!amend_accept(&pair->nodes[1 - side], buffer_span(&once), &err))
        return false;
    pair_settle(pair);
    return ordinary(side, item);
}

static bool revoke_run(struct journal *journal, void *context, struct error *failed)
{
    struct appended appended;
    return journal_revoke_key(journal, &journal->lines[0], context, REVOCATION_THEFT, &appended,
                              failed);
}

static bool revoked(size_t side)
{
    uint8_t certificate[DIGEST_SIZE];

    memset(certificate, 0x11, sizeof certificate);
    error_clear(&err);
    if (!pair_work(&pair->nodes[side], revoke_run, certificate, &err))
        return false;
    pair_settle(pair);
    return true;
}

/* --- the end of a log --- */

struct preparing {
    struct span origin;
    struct succession_document document;
};

static bool prepare_run(struct journal *journal, void *context, struct error *failed)
{
    struct preparing *preparing = context;
    return journal_succession_prepare(journal, preparing->origin, SUCCESSION_YEARLY_CLOSING, NULL,
                                      &preparing->document, failed);
}

static bool allow_run(struct journal *journal, void *context, struct error *failed)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct succession_document document;
    return journal_succession_allow(journal, *(struct span *)context, &arena, &document, failed);
}

static bool succeed_run(struct journal *journal, void *context, struct error *failed)
{
    return journal_succeed(journal, *(struct span *)context, failed);
}

static bool succeeded(size_t side)
{
    char origin[ORIGIN_SIZE_MAX + 1], item[UUID_TEXT_SIZE];
    struct preparing preparing;
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);

    snprintf(origin, sizeof origin, "%s", pair->nodes[side].journal.lines[0].out.origin);
    preparing.origin = span_text(origin);
    error_clear(&err);
    if (!pair_work(&pair->nodes[side], prepare_run, &preparing, &err) ||
        !pair_sign_succession(pair, side, 1, &preparing.document, &cms, &err))
        return false;
    struct span once = buffer_span(&cms);
    if (!pair_work(&pair->nodes[1 - side], allow_run, &once, &err) ||
        !pair_sign_succession(pair, side, 2, &preparing.document, &cms, &err))
        return false;
    struct span both = buffer_span(&cms);
    for (int i = 0; i < 3 && !pair_work(&pair->nodes[side], succeed_run, &both, &err); i++) {
        if (err.kind != ERROR_BUSY || i == 2)
            return false;
        error_clear(&err);
        pair_settle(pair);
    }
    pair_settle(pair);
    return ordinary(side, item);
}

/* A type that this node does not know yet, and what hangs on it. */
static bool held(void)
{
    char item[UUID_TEXT_SIZE];

    if (!ordinary(0, item))
        return false;
    pair->nodes[0].hidden_types = 1u << MESSAGE_ANSWER;
    if (!pair_reopen(&pair->nodes[0]))
        return false;
    pair_settle(pair);
    return about(1, "refuse-send", item, ",\"grounds\":[\"a\"],\"reason_text\":\"not available\"",
                 NULL) &&
           about(1, "assign", item, ",\"unit\":\"border-3\"", NULL);
}

static bool terminated(void)
{
    if (!act(1, "agreement-terminate", "{\"ends\":\"2031-01-15\"}", span_text(""), NULL))
        return false;
    pair_settle(pair);
    return true;
}

bool history_play(struct pair *of)
{
    static const struct {
        const char *name;
        bool (*play)(size_t side);
    } chapters[] = {
        {"business", business},     {"unasked", unasked},     {"clocks", clocks},
        {"withdrawn", withdrawn},   {"disputed", disputed},   {"revoked", revoked},
        {"governance", governance}, {"succeeded", succeeded},
    };

    pair = of;
    pair_settle(pair);
    for (size_t i = 0; i < ARRAY_COUNT(chapters); i++)
        for (size_t side = 0; side < 2; side++)
            if (!chapters[i].play(side)) {
                printf("history: %s by %s: %s\n", chapters[i].name, pair->nodes[side].party,
                       err.text);
                return false;
            }
    if (held() && terminated())
        return true;
    printf("history: its end: %s\n", err.text);
    return false;
}

/* --- kept --- */

/* The names of the columns, and an expression that gives their values as SQL. */
static bool columns_join(struct database *db, const char *table, struct buffer *names,
                         struct buffer *values, struct error *failed)
{
    struct statement *s CLEANUP(statement_give) =
        statement_take(db, "select name from pragma_table_info($1) order by cid", failed);

    if (s == NULL)
        return false;
    statement_text(s, 1, span_text(table));
    while (statement_step(s, failed) == STEP_ROW) {
        struct span name = column_text(s, 0);
        buffer_format(values, "%squote(%.*s)", names->size > 0 ? " || ', ' || " : "",
                      SPAN_ARG(name));
        buffer_format(names, "%s%.*s", names->size > 0 ? ", " : "", SPAN_ARG(name));
    }
    return failed->kind == ERROR_NONE && buffer_byte(names, 0) && buffer_byte(values, 0);
}

/* Of the domestic log nothing is applied: its thousands of empty entries are not kept. Nor are signatures kept that no rebuild
 * reads. */
static const char *condition(const char *table)
{
    if (strcmp(table, "checkpoints") == 0 || strcmp(table, "witnessed") == 0)
        return "where 1 = 0 ";
    return strcmp(table, "entries") == 0 ? "where id in (select entry from sequence) " : "";
}

bool history_write(struct pair_node *node, struct buffer *out, struct error *failed)
{
    buffer_text(
        out,
        "-- What journal_apply_number_test recorded of an invented exchange between two test nodes.\n");
    for (size_t i = 0; i < schema_table_count; i++) {
        const struct table_info *table = &schema_tables[i];
        struct buffer names CLEANUP(buffer_free) = buffer_make(4096);
        struct buffer quoted CLEANUP(buffer_free) = buffer_make(4096);
        struct buffer sql CLEANUP(buffer_free) = buffer_make(8192);
        if (table->class != TABLE_LOG)
            continue;
        if (!columns_join(node->db, table->name, &names, &quoted, failed))
            return false;
        buffer_format(&sql, "select %s from %s %sorder by %s", (const char *)quoted.data,
                      table->name, condition(table->name), table->key);
        buffer_byte(&sql, 0);
        struct statement *s CLEANUP(statement_give) =
            statement_take(node->db, (const char *)sql.data, failed);
        while (s != NULL && statement_step(s, failed) == STEP_ROW) {
            struct span values = column_text(s, 0);
            buffer_format(out, "insert into %s (%s) values (", table->name,
                          (const char *)names.data);
            buffer_add(out, values);
            buffer_text(out, ");\n");
        }
        if (failed->kind != ERROR_NONE)
            return false;
    }
    return !out->failed || error_set(failed, ERROR_LIMIT, "the history is too large");
}

static bool books_fill(const struct pair_node *node, const char *rows)
{
    char place[600];
    struct database *db CLEANUP(database_close) = NULL;
    struct database_options options = {.place = place, .env = env_real()};

    snprintf(place, sizeof place, "%s/besa.db", node->home);
    return database_open(&options, &db, &err) &&
           database_migrate(db, schema_migrations, schema_migration_count, &err) &&
           database_begin(db, DATABASE_FULL, &err) && database_run(db, rows, &err) &&
           database_commit(db, &err);
}

bool history_open(struct pair_node *node, struct span keys, const char *rows)
{
    char directory[600], path[640];

    error_clear(&err);
    crypto_start();
    pair_keeper(node, directory);
    snprintf(path, sizeof path, "%s/keeper.keys", directory);
    if (env_real()->make_dir(NULL, directory, &err) &&
        env_write_file(env_real(), path, keys, &err) && books_fill(node, rows))
        return pair_reopen(node);
    printf("history: %s\n", err.text);
    return false;
}
