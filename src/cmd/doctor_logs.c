/*
 * The check of the logs: each one that is read-only, why, and the exact command that comes next; and each of our own that
 * should end although it could go on. The books keep the reason of the former as words (journal/contact.c, accept.c, succession.c, resume_order.c); docs/recovery.md has the steps that follow.
 */
#include "cmd/doctor.h"
#include "cmd/service.h"
#include "journal/resume.h"

#include "base/attributes.h"
#include "store/log_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS      INT64_C(86400000)
#define YEAR_DAYS   366 /* the longest: nobody is told before it is over */
#define FIRST_ARENA (1024u * 1024u)
#define PAGE        "; every step: docs/recovery.md"
#define ONE_MACHINE                                                                                \
    "switch the second machine with these keys off for good, then here: besa succession prepare "

/* The partner goes on with the other one: this log cannot end here, since the partner holds what these books do not. */
#define OTHER_MACHINE                                                                              \
    "the partner goes on with another machine with these keys: switch this one off for good, "     \
    "start the other one anew, and there: besa succession prepare "
#define OTHER_MACHINE_GONE                                                                         \
    " --why cloned --output end.json --approver ID; if there is no other one, put a backup from "  \
    "before back here and resume"

enum shown { SHOWN_DOMESTIC, SHOWN_OUT, SHOWN_IN, SHOWN_COUNT };

/* The first row whose words stand in the reason counts. Between the two texts stands the origin of the log that is to end, or
 * the partner. */
struct next_row {
    const char *words;
    const char *meaning;
    const char *next;
    enum { NAMES_LOG, NAMES_OUT, NAMES_PARTNER } names;
    const char *after;
};
#define NEXT_ROW_MAX 8
#define RECORD_LOST                                                                                \
    {                                                                                              \
        "besa keeper recover", "the keeper's record is missing or damaged",                        \
            "two officers stop the node, type besa keeper recover --approver ID and start it "     \
            "again; then the fresh receipts of the partners open log ",                            \
            NAMES_LOG, ""                                                                          \
    }
static const struct next_row next_rows[SHOWN_COUNT][NEXT_ROW_MAX] = {
    [SHOWN_DOMESTIC] =
        {
            RECORD_LOST,
            {"later log", "the books are from before this log ended",
             "put a newer backup back, from after the end of log ", NAMES_LOG, ""},
            {"older backup", "a partner witnessed more than the books hold",
             "first the logs to partners that are read-only; then besa succession prepare ",
             NAMES_LOG, " --why restored --output end.json --approver ID"},
            {"older database", "the keeper signed more than the books hold",
             "first the logs to partners that are read-only; then besa succession prepare ",
             NAMES_LOG, " --why restored --output end.json --approver ID"},
            {"entries were changed", "the keeper signed another tree than the books lead to",
             ONE_MACHINE, NAMES_LOG, " --why cloned --output end.json --approver ID"},
            {"another domestic log", "a partner witnessed another tree under our key", ONE_MACHINE,
             NAMES_LOG, " --why cloned --output end.json --approver ID"},
        },
    [SHOWN_OUT] =
        {
            RECORD_LOST,
            {"later log", "the books are from before this log ended",
             "put a newer backup back, from after the end of log ", NAMES_LOG, ""},
            {"older backup", "the partner holds more of our log than the books",
             "two officers here: besa resume order --approver ID; then the desk of ", NAMES_PARTNER,
             " types besa resume allow"},
            {"written twice",
             "the partner holds another tree under our key: two machines ran with it",
             OTHER_MACHINE, NAMES_LOG, OTHER_MACHINE_GONE},
            {"older database",
             "the keeper signed more than the books hold, and the partner has none of it",
             "when besa status says that all partners were met: besa succession prepare ",
             NAMES_LOG, " --why restored --output end.json --approver ID"},
            {"entries were changed", "the keeper signed another tree than the books lead to",
             ONE_MACHINE, NAMES_LOG, " --why cloned --output end.json --approver ID"},
            {"needs a successor", "all is back after a restore", "besa succession prepare ",
             NAMES_LOG, " --why restored --output end.json --approver ID"},
            {"waits for signatures", "its end was prepared",
             "besa succession sign FILE; besa succession allow FILE and countersign FILE at ",
             NAMES_PARTNER, "; besa succession import FILE here"},
        },
    [SHOWN_IN] =
        {
            RECORD_LOST,
            {"older backup", "the partner holds our receipts for more than the books hold",
             "two officers here: besa resume order --approver ID; then the desk of ", NAMES_PARTNER,
             " types besa resume allow"},
            {"given twice",
             "the partner holds our receipt for another tree: two machines ran with our key",
             OTHER_MACHINE, NAMES_OUT, OTHER_MACHINE_GONE},
            {"entries were changed", "the keeper signed another tree than the books lead to",
             ONE_MACHINE, NAMES_OUT, " --why cloned --output end.json --approver ID"},
            {"older database",
             "the keeper cosigned more than the books hold, and its record was lost besides",
             "put the newest database that there is back beside this keeper; where there is none, "
             "its log ends, by besa succession prepare --why cloned at ",
             NAMES_PARTNER, ""},
            {"forked", "the partner signed two trees",
             "besa agreement suspend, and tell both security officers and the desk of ",
             NAMES_PARTNER, ": both checkpoints are kept as proof"},
            {"waits for signatures", "the partner prepares the end of its log",
             "besa succession countersign FILE, and give the file back to the desk of ",
             NAMES_PARTNER, ""},
        },
};

bool doctor_logs_words(size_t at, const char **words)
{
    for (size_t i = 0; i < (size_t)SHOWN_COUNT * NEXT_ROW_MAX; i++) {
        const struct next_row *row = &next_rows[i / NEXT_ROW_MAX][i % NEXT_ROW_MAX];
        if (row->words == NULL || at-- > 0)
            continue;
        *words = row->words;
        return true;
    }
    return false;
}

bool doctor_logs_page(struct buffer *out)
{
    static const char *const names[SHOWN_COUNT] = {"domestic", "own, to a partner", "a partner's"};
    static const char *const named[] = {[NAMES_LOG] = "ORIGIN",
                                        [NAMES_OUT] = "ORIGIN of our log to it",
                                        [NAMES_PARTNER] = "PARTNER"};

    for (size_t i = 0; i < (size_t)SHOWN_COUNT * NEXT_ROW_MAX; i++) {
        const struct next_row *row = &next_rows[i / NEXT_ROW_MAX][i % NEXT_ROW_MAX];
        if (row->words != NULL)
            buffer_format(out, "| %s | `%s` | %s | %s%s%s |\n", names[i / NEXT_ROW_MAX], row->words,
                          row->meaning, row->next, named[row->names], row->after);
    }
    return !out->failed;
}

static const struct next_row *row_find(enum shown shown, const char *reason)
{
    for (const struct next_row *row = next_rows[shown];
         row < next_rows[shown] + NEXT_ROW_MAX && row->words != NULL; row++)
        if (strstr(reason, row->words) != NULL)
            return row;
    return NULL;
}

static void read_only_tell(struct doctor *doctor, enum shown shown, const struct journal_log *log,
                           const struct journal_line *line)
{
    /* The keeper may have said so first; the partner has since shown that it holds what the books lack. */
    bool is_held_there = line != NULL && journal_is_behind(line);
    const struct next_row *row = row_find(
        shown, is_held_there && strstr(log->read_only, "older database") != NULL ? "older backup"
                                                                                 : log->read_only);
    char next[DOCTOR_TEXT_SIZE] = "besa resume status, besa log list" PAGE;

    if (row != NULL)
        snprintf(next, sizeof next, "%s%s%s" PAGE, row->next,
                 row->names == NAMES_LOG || line == NULL ? log->origin
                 : row->names == NAMES_OUT               ? line->out.origin
                                                         : line->partner,
                 row->after);
    doctor_find(doctor, DOCTOR_FAILURE, next, "log %s is read-only: %.300s", log->origin,
                log->read_only);
}

static void log_look(struct doctor *doctor, enum shown shown, const struct journal_log *log,
                     const struct journal_line *line)
{
    if (log->read_only[0] != '\0')
        read_only_tell(doctor, shown, log, line);
    else if (log->awaits_fresh > 0)
        doctor_find(doctor, DOCTOR_WARNING,
                    "see that the line stands (besa status): it comes by itself at contact" PAGE,
                    "log %s waits for the fresh receipt of %u partner%s: its record in the keeper "
                    "was lost, and nothing is signed before",
                    log->origin, log->awaits_fresh, log->awaits_fresh == 1 ? "" : "s");
    else if (journal_is_behind_keeper(log))
        doctor_find(doctor, DOCTOR_WARNING,
                    "see that the line stands (besa status): its writer sends them again by "
                    "itself" PAGE,
                    "log %s: our keeper cosigned %" PRIu64 " entries, the books hold %" PRIu64
                    ": an older database was restored, and nothing is taken before one post "
                    "brings all of these",
                    log->origin, log->reach.size, log->size);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "log %s: %" PRIu64 " entries", log->origin, log->size);
}

/* New keys count from a log's successor on, so a renewal that nobody went on with, after a theft too, changed nothing yet. */
static void keys_look(struct doctor *doctor, const struct keeper_sets *sets,
                      const struct journal_log *log, const struct succession_keys *keys)
{
    char next[DOCTOR_TEXT_SIZE];

    if (sets->count == 0 ||
        memcmp(keys->log, sets->keys[sets->count - 1].log, sizeof keys->log) == 0)
        return;
    snprintf(next, sizeof next,
             "besa succession prepare %s --why key_change (key_theft where a key was stolen)" PAGE,
             log->origin);
    doctor_find(doctor, DOCTOR_WARNING, next, "log %s still signs with the keys before the newest",
                log->origin);
}

/* By the time in its first entry. Where the agreement lets heads go within the year, that one shows none, and nothing is
 * said. */
static void year_look(struct doctor *doctor, struct node *node, const struct journal_log *log)
{
    struct arena arena CLEANUP(arena_free) = arena_make(FIRST_ARENA);
    struct entry_row first = {.created_ms = 0};
    struct error err = {0};
    char next[DOCTOR_TEXT_SIZE];

    if (!entry_find_index(node->db, &arena, log->id, 0, &first, &err)) {
        if (err.kind != ERROR_MISSING)
            doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    int64_t age_ms = node->env->now_ms(node->env->context) - first.created_ms;
    if (first.created_ms == 0 || age_ms <= YEAR_DAYS * DAY_MS)
        return;
    snprintf(next, sizeof next, "besa succession prepare %s --why yearly_closing" PAGE,
             log->origin);
    doctor_find(doctor, DOCTOR_NOTICE, next,
                "log %s is %" PRId64 " days old: its yearly closing is due", log->origin,
                age_ms / DAY_MS);
}

/* What is due of a log of ours; one that is read-only has its next step already, and one whose agreement
 * is over goes nowhere. */
static void own_look(struct doctor *doctor, struct node *node, const struct journal_log *log,
                     const struct succession_keys *keys, int64_t over_ms)
{
    if (log->id == 0 || log->read_only[0] != '\0')
        return;
    keys_look(doctor, &node->journal.sets, log, keys);
    if (node->env->now_ms(node->env->context) < over_ms)
        year_look(doctor, node, log);
}

void doctor_logs_look(struct doctor *doctor, struct node *node)
{
    const struct journal *journal = &node->journal;

    log_look(doctor, SHOWN_DOMESTIC, &journal->domestic, NULL);
    own_look(doctor, node, &journal->domestic, &journal->domestic_keys, INT64_MAX);
    for (size_t i = 0; i < journal->line_count; i++) {
        const struct journal_line *line = &journal->lines[i];
        log_look(doctor, SHOWN_OUT, &line->out, line);
        own_look(doctor, node, &line->out, &line->own_keys, journal_over_ms(line));
        log_look(doctor, SHOWN_IN, &line->in, line);
    }
}
