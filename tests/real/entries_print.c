/*
 * Prints what the logs of a home hold, one JSON object a line, for tests in shell: of its domestic logs the access entries, with
 * their reasons; of each log with a partner the entries, with the version that each bears and under which it was judged here; and
 * the receipts. No word of it is said by the node's own program. usage: entries_print HOME; nothing may run there
 */
#include "cmd/command.h"
#include "cmd/node.h"
#include "message/act.h"
#include "message/amendment.h"
#include "message/head.h"
#include "store/log_rows.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};

#define LOG_MAX     64u
#define RECEIPT_MAX 4096u
#define LINE_MAX    (1u << 20)

static const char *const outcomes[] = {"accepted", "refused", "held"};
static const char *const kinds[] = {"domestic", "outgoing", "mirror"};

static void line_begin(struct json_writer *line, const struct log_row *log, const char *what)
{
    json_begin_object(line);
    json_string_field(line, "what", what);
    json_text_field(line, "log", log->origin);
    json_string_field(line, "kind", kinds[log->kind]);
}

static bool line_end(struct json_writer *line, struct buffer *text, struct error *err)
{
    json_end_object(line);
    if (text->failed)
        return error_set(err, ERROR_LIMIT, "a line does not fit");
    printf("%.*s\n", SPAN_ARG(buffer_span(text)));
    return true;
}

static bool act_print(struct journal *journal, const struct log_row *log,
                      const struct entry_row *row, struct arena *arena, struct error *err)
{
    static struct problems problems;
    struct buffer text CLEANUP(buffer_free) = buffer_make(LINE_MAX);
    struct json_writer line = json_writer_make(&text);
    struct span body;
    struct act act;

    problems_clear(&problems);
    if (!journal_body(journal, row, arena, &body, err))
        return false;
    if (!act_read(body, arena, &act, &problems))
        return problems_to_error(&problems, err);
    line_begin(&line, log, "act");
    json_integer_field(&line, "index", row->index);
    json_integer_field(&line, "at_ms", row->created_ms);
    json_text_field(&line, "officer", act.officer);
    json_text_field(&line, "unit", act.unit);
    json_text_field(&line, "act", act.act);
    json_text_field(&line, "reason", act.reason);
    json_text_field(&line, "case", act.case_id);
    json_text_field(&line, "outcome", act.outcome);
    json_key(&line, "objects");
    json_begin_array(&line);
    for (size_t i = 0; i < act.object_count; i++)
        json_write_text(&line, act.objects[i]);
    json_end_array(&line);
    return line_end(&line, &text, err);
}

/* Which version a second signature brings into force. */
static bool signed_version(struct journal *journal, const struct entry_row *row,
                           struct arena *arena, int64_t *out, struct error *err)
{
    static struct problems problems;
    struct span body;

    problems_clear(&problems);
    if (!journal_body(journal, row, arena, &body, err))
        return false;
    const struct agreement_signature *signature =
        message_read(MESSAGE_AGREEMENT_SIGNATURE, body, arena, &problems);
    if (signature == NULL)
        return problems_to_error(&problems, err);
    *out = signature->version;
    return true;
}

static bool entry_print(struct journal *journal, const struct log_row *log,
                        const struct entry_row *row, struct arena *arena, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(LINE_MAX);
    struct json_writer line = json_writer_make(&text);
    struct sequence_row sequence;
    struct error none = {0};
    char id[UUID_TEXT_SIZE] = "";
    struct head head;
    int64_t version = 0;

    if (!head_read(row->head, arena, &head, err))
        return false;
    uuid_write(head.id, id);
    line_begin(&line, log, "entry");
    json_integer_field(&line, "index", row->index);
    json_string_field(&line, "item", id);
    json_string_field(&line, "type", message_type_name((enum message_type)row->type));
    json_boolean_field(&line, "business", message_type_is_business((enum message_type)row->type));
    json_integer_field(&line, "version", (int64_t)head.agreement_version);
    json_integer_field(&line, "seen", (int64_t)head.seen);
    json_integer_field(&line, "created_ms", row->created_ms);
    if (sequence_of_entry(journal->db, arena, row->id, &sequence, &none)) {
        json_integer_field(&line, "judged_version", sequence.version);
        json_string_field(&line, "outcome", outcomes[sequence.outcome]);
        json_text_field(&line, "ground", sequence.ground);
    }
    if (row->type == MESSAGE_AGREEMENT_SIGNATURE && row->body_state == BODY_HELD) {
        if (!signed_version(journal, row, arena, &version, err))
            return false;
        json_integer_field(&line, "signs", version);
    }
    return line_end(&line, &text, err);
}

static bool receipts_print(struct journal *journal, const struct log_row *log, struct arena *arena,
                           struct error *err)
{
    struct receipt_row *rows = arena_array(arena, RECEIPT_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!receipt_list(journal->db, arena, log->id, 0, rows, RECEIPT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct buffer text CLEANUP(buffer_free) = buffer_make(LINE_MAX);
        struct json_writer line = json_writer_make(&text);
        line_begin(&line, log, "receipt");
        json_integer_field(&line, "size", rows[i].size);
        json_integer_field(&line, "time_s", rows[i].time_s);
        if (!line_end(&line, &text, err))
            return false;
    }
    return true;
}

static bool log_print(struct journal *journal, const struct log_row *log, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1u << 20);

    for (int64_t i = 0; i < log->size; i++) {
        struct arena entry CLEANUP(arena_free) = arena_make(16u << 20);
        struct entry_row row;
        if (!entry_find_index(journal->db, &entry, log->id, i, &row, err))
            return error_add(err, "%.*s, index %" PRId64, SPAN_ARG(log->origin), i);
        bool is_act = row.type == MESSAGE_ACT && row.body_state == BODY_HELD;
        if (log->kind == LOG_DOMESTIC ? is_act && !act_print(journal, log, &row, &entry, err)
                                      : !entry_print(journal, log, &row, &entry, err))
            return error_add(err, "%.*s, index %" PRId64, SPAN_ARG(log->origin), i);
    }
    return log->kind == LOG_DOMESTIC || receipts_print(journal, log, &arena, err);
}

static bool home_print(const char *path, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct node_options options = {.lock_fd = -1, .keeper_fd = -1};
    struct node *node CLEANUP(node_close) = NULL;
    struct log_row logs[LOG_MAX];
    size_t count = 0;

    if (!home_find(path, &options.home, err) || !node_open(&options, &node, err) ||
        !log_list(node->journal.db, &arena, logs, LOG_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!log_print(&node->journal, &logs[i], err))
            return false;
    return true;
}

int main(int argc, char **argv)
{
    struct error err = {0};

    crypto_start();
    if (argc != 2)
        return 2;
    if (home_print(argv[1], &err))
        return 0;
    fprintf(stderr, "entries_print: %s\n", err.text);
    return 1;
}
