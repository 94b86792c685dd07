/* Resume, the asker's books and the partner's side: see resume.h. What arrives is verified in resume_take.c. */
#include "journal/resume.h"

#include "base/cursor.h"
#include "journal/private.h"
#include "store/local_rows.h"

#include <inttypes.h>
#include <stdio.h>

/* --- what is kept: one setting per agreement --- */

static void setting_name(const struct journal_line *line, const char *what,
                         char out[NAME_SIZE_MAX + 32])
{
    snprintf(out, NAME_SIZE_MAX + 32, "%s/%s", what, line->agreement_id);
}

bool resume_state_set(struct journal *journal, struct journal_line *line,
                      const struct line_resume *next, struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(256);
    char name[NAME_SIZE_MAX + 32];

    buffer_byte(&bytes, (uint8_t)next->state);
    buffer_u64(&bytes, next->out_target);
    buffer_u64(&bytes, next->in_target);
    buffer_u64(&bytes, next->out_from);
    buffer_u64(&bytes, next->in_from);
    buffer_u64(&bytes, next->receipt_from);
    buffer_u64(&bytes, next->lost_bodies);
    buffer_u64(&bytes, next->lost_parts);
    buffer_byte(&bytes, next->has_receipts);
    buffer_u64(&bytes, next->own_back);
    buffer_u64(&bytes, next->partner_back);
    buffer_u64(&bytes, next->receipts_back);
    buffer_u64(&bytes, next->bodies_back);
    buffer_u64(&bytes, next->versions_back);
    buffer_u64(&bytes, next->domestic_behind);
    buffer_u64(&bytes, next->in_number);
    buffer_u64(&bytes, next->own_seen);
    setting_name(line, "resume", name);
    if (bytes.failed || !setting_put(journal->db, name, buffer_span(&bytes), err))
        return error_add(err, "noting how far the books of %s are behind", line->agreement_id);
    line->resume = *next;
    return true;
}

bool resume_load(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    char name[NAME_SIZE_MAX + 32];
    struct span bytes;

    setting_name(line, "resume", name);
    if (!setting_get(journal->db, &arena, name, &bytes, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    struct cursor cursor = cursor_make(bytes);
    uint8_t state = cursor_u8(&cursor);
    struct line_resume read = {.out_target = cursor_u64(&cursor)};
    read.in_target = cursor_u64(&cursor);
    read.out_from = cursor_u64(&cursor);
    read.in_from = cursor_u64(&cursor);
    read.receipt_from = cursor_u64(&cursor);
    read.lost_bodies = cursor_u64(&cursor);
    read.lost_parts = cursor_u64(&cursor);
    if (!cursor_is_done(&cursor)) { /* as of this version */
        read.has_receipts = cursor_u8(&cursor) != 0;
        read.own_back = cursor_u64(&cursor);
        read.partner_back = cursor_u64(&cursor);
        read.receipts_back = cursor_u64(&cursor);
        read.bodies_back = cursor_u64(&cursor);
        read.versions_back = cursor_u64(&cursor);
        read.domestic_behind = cursor_u64(&cursor);
    }
    read.in_number = cursor_is_done(&cursor) ? resume_number(line) : cursor_u64(&cursor);
    read.own_seen = cursor_is_done(&cursor) ? 0 : cursor_u64(&cursor);
    if (!cursor_is_done(&cursor) || state > RESUME_DONE)
        return error_set(err, ERROR_STORE, "how far the books of %s are behind cannot be read",
                         line->agreement_id);
    read.state = (enum resume_state)state;
    line->resume = read;
    return true;
}

/* --- the asker --- */

bool journal_is_behind(const struct journal_line *line)
{
    return line->resume.state == RESUME_BEHIND || line->resume.state == RESUME_ORDERED;
}

/* Of an earlier resume nothing counts any more: its sizes were those of logs that ended. */
static struct line_resume notice_begin(const struct journal_line *line)
{
    struct line_resume next = line->resume;

    if (journal_is_behind(line))
        return next;
    next.out_target = 0;
    next.in_target = 0;
    next.in_number = resume_number(line);
    return next;
}

static bool notice(struct journal *journal, struct journal_line *line, struct line_resume next,
                   struct error *err)
{
    const struct line_resume *now = &line->resume;

    if (!journal_is_behind(line))
        next.state = RESUME_BEHIND;
    bool is_same = next.state == now->state && next.out_target == now->out_target &&
                   next.in_target == now->in_target && next.in_number == now->in_number;
    return is_same || resume_state_set(journal, line, &next, err);
}

bool resume_notice(struct journal *journal, struct journal_line *line, uint64_t out_size,
                   uint64_t in_size, struct error *err)
{
    struct line_resume next = notice_begin(line);

    if (out_size > next.out_target)
        next.out_target = out_size;
    if (in_size > next.in_target && next.in_number == resume_number(line))
        next.in_target = in_size;
    return notice(journal, line, next, err);
}

bool resume_notice_later(struct journal *journal, struct journal_line *line, uint64_t in_number,
                         uint64_t in_size, struct error *err)
{
    struct line_resume next = notice_begin(line);

    if (in_number > next.in_number || (in_number == next.in_number && in_size > next.in_target)) {
        next.in_number = in_number;
        next.in_target = in_size;
    }
    return notice(journal, line, next, err);
}

bool journal_resume_order(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct line_resume next = line->resume;

    if (next.state == RESUME_ORDERED)
        return true;
    if (next.state != RESUME_BEHIND)
        return error_set(err, ERROR_CONFLICT, "the books of %s are not behind what %s holds",
                         line->agreement_id, line->partner);
    next.state = RESUME_ORDERED;
    next.out_from = line->out.size;
    next.in_from = journal_handled(line);
    next.receipt_from = line->cosigned;
    next.lost_bodies = 0;
    next.lost_parts = 0;
    next.has_receipts = false;
    next.own_back = 0;
    next.partner_back = 0;
    next.receipts_back = 0;
    next.bodies_back = 0;
    next.versions_back = 0;
    journal_event_add(journal, JOURNAL_RESUME, line, 0, 0);
    return resume_state_set(journal, line, &next, err);
}

static bool has_later(const struct journal_line *line)
{
    return resume_number(line) < line->resume.in_number;
}

/* Our own log first: it says what we erased and what came of the partner's entries; but before it the partner's logs that
 * ended since, whose keys our receipts need. At the end its receipts once more: the partner may have given some, while the
 * line was up for us last, for entries that these books hold already. */
struct journal_log *resume_log(struct journal_line *line)
{
    if (has_later(line))
        return &line->in;
    if (line->out.size < line->resume.out_target)
        return &line->out;
    if (resume_number(line) == line->resume.in_number && line->in.size < line->resume.in_target)
        return &line->in;
    return line->resume.has_receipts ? NULL : &line->out;
}

static bool is_about_receipts(struct journal_line *line)
{
    return resume_log(line) == &line->out && line->out.size >= line->resume.out_target;
}

bool journal_resume_nothing(struct journal *journal, struct journal_line *line, bool *is_so,
                            struct error *err)
{
    struct line_resume next = line->resume;

    if (line->resume.state == RESUME_ORDERED && has_later(line) && !line->asks_next) {
        line->asks_next = true; /* not kept: after a restart it is found out again */
        *is_so = true;
        return true;
    }
    *is_so = line->resume.state == RESUME_ORDERED && is_about_receipts(line);
    if (!*is_so)
        return true;
    next.has_receipts = true;
    return resume_state_set(journal, line, &next, err) && resume_finish(journal, line, err);
}

bool resume_receipt_above(struct journal *journal, const struct journal_log *log, uint64_t *above,
                          int64_t *time_s, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct receipt_row row;

    *above = 0;
    *time_s = 0;
    if (receipt_newest_signed(journal->db, &arena, log->id, &row, err)) {
        *above = (uint64_t)row.size;
        *time_s = row.time_s;
        return true;
    }
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

bool journal_resume_question(struct journal *journal, struct journal_line *line, struct buffer *out,
                             struct error *err)
{
    const struct journal_log *log = resume_log(line);
    struct resume_question question;
    int64_t time_s = 0;

    if (line->resume.state != RESUME_ORDERED || log == NULL)
        return error_set(err, ERROR_MISSING, "nothing is to be asked of %s", line->partner);
    if (line->asks_next) {
        question.from = 0;
        question.above = 0;
        return succession_next(span_text(log->origin), question.origin, err) &&
               (resume_question_write(&question, out) ||
                error_set(err, ERROR_BUG, "a question does not fit"));
    }
    snprintf(question.origin, sizeof question.origin, "%s", log->origin);
    question.from = log->size;
    return resume_receipt_above(journal, log, &question.above, &time_s, err) &&
           (resume_question_write(&question, out) ||
            error_set(err, ERROR_BUG, "a question does not fit"));
}

/* --- the partner's side --- */

bool journal_resume_allow(struct journal *journal, struct journal_line *line, int64_t until_ms,
                          struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(8);
    char name[NAME_SIZE_MAX + 32];

    buffer_u64(&bytes, (uint64_t)until_ms);
    setting_name(line, "resume-allow", name);
    return setting_put(journal->db, name, buffer_span(&bytes), err);
}

bool journal_resume_allowed_until(struct journal *journal, struct journal_line *line,
                                  int64_t *until_ms, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    char name[NAME_SIZE_MAX + 32];
    struct span bytes;

    *until_ms = 0;
    setting_name(line, "resume-allow", name);
    if (!setting_get(journal->db, &arena, name, &bytes, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    struct cursor cursor = cursor_make(bytes);
    *until_ms = (int64_t)cursor_u64(&cursor);
    return true;
}

static bool allowance_check(struct journal *journal, struct journal_line *line, struct error *err)
{
    int64_t until_ms = 0;

    if (!journal_resume_allowed_until(journal, line, &until_ms, err))
        return false;
    return until_ms > journal_now_ms(journal) ||
           error_set(err, ERROR_RULE,
                     "no officer of %s allows a resume now: besa resume allow %s --until TIME",
                     journal->party, line->partner);
}

/* The receipt with its checkpoint; *is_there false while it is not signed. Custody that was taken behind its own keeper
 * (reach.c) has receipts of sizes that no post ended at: the signature of their checkpoints stays zero. */
static bool receipt_pair(struct journal *journal, const struct receipt_row *row,
                         struct resume_receipt *out, bool *is_there, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct checkpoint_row checkpoint = {.size = 0};

    *is_there = row->root.size == TLOG_HASH_SIZE && row->signature.size == SIGNATURE_SIZE;
    if (!*is_there)
        return true;
    if (!checkpoint_upto(journal->db, &arena, row->log, row->size, &checkpoint, err) &&
        err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    *out = (struct resume_receipt){.size = (uint64_t)row->size, .time_s = row->time_s};
    memcpy(out->root.bytes, row->root.data, TLOG_HASH_SIZE);
    memcpy(out->cosignature, row->signature.data, SIGNATURE_SIZE);
    if (checkpoint.size == row->size && checkpoint.signature.size == SIGNATURE_SIZE)
        memcpy(out->log_signature, checkpoint.signature.data, SIGNATURE_SIZE);
    return true;
}

/* Beyond the first receipt, so that most answers pass through a pull too. */
#define RESUME_CONTENT_MAX (128 * 1024)
#define RESUME_ENTRY_COUNT 256

/* The receipts above the asker's newest, as far as one answer can carry their entries. */
static bool receipts_gather(struct journal *journal, const struct journal_log *log,
                            const struct resume_question *question, struct resume_receipt *out,
                            size_t *count, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(256 * 1024);
    struct receipt_row rows[RESUME_RECEIPT_COUNT_MAX];
    size_t found = 0;

    *count = 0;
    if (!receipt_list(journal->db, &arena, log->id, (int64_t)question->above, rows,
                      ARRAY_COUNT(rows), &found, err))
        return false;
    for (size_t i = 0; i < found; i++) {
        bool is_there = false;
        int64_t size = 0;
        if (rows[i].size > (int64_t)question->from &&
            !entry_range_size(journal->db, log->id, (int64_t)question->from, rows[i].size, &size,
                              err))
            return false;
        bool has_range = *count > 0 && out[*count - 1].size > question->from &&
                         resume_has_checkpoint(&out[*count - 1]);
        if (has_range && (size > RESUME_CONTENT_MAX ||
                          rows[i].size > (int64_t)(question->from + RESUME_ENTRY_COUNT)))
            break;
        if (size > (int64_t)POST_CONTENT_MAX ||
            rows[i].size > (int64_t)(question->from + SEAL_COUNT_MAX))
            break;
        if (!receipt_pair(journal, &rows[i], &out[*count], &is_there, err))
            return false;
        if (!is_there)
            break;
        (*count)++;
    }
    while (*count > 0 && out[*count - 1].size > question->from &&
           !resume_has_checkpoint(&out[*count - 1]))
        (*count)--; /* what leads to a range is signed by its log */
    if (*count > 0)
        return true;
    /* The newest one is stored without its signature first; a log that stopped signs no more. */
    if (found > 0 && log->read_only[0] == '\0' && rows[0].signature.size != SIGNATURE_SIZE)
        return error_set(err, ERROR_BUSY, "log %s: a receipt is being signed", log->origin);
    return error_set(err, ERROR_MISSING, "log %s: nothing beyond %" PRIu64 " is held here",
                     log->origin, question->from);
}

/* Who was given what is on record, as of every answer that leaves. */
static bool served_write(struct journal *journal, struct journal_line *line,
                         const struct resume_question *question, uint64_t to, struct error *err)
{
    char object[ORIGIN_SIZE_MAX + 64];

    snprintf(object, sizeof object, "%s %" PRIu64 " %" PRIu64, question->origin, question->from,
             to);
    struct span objects[] = {span_text(object)};
    struct act act = {.officer = span_text("node"),
                      .unit = journal_unit(journal, line),
                      .reason = span_text("resume"),
                      .act = span_text("resume_served"),
                      .outcome = span_text("done"),
                      .objects = objects,
                      .object_count = 1};
    return journal_access(journal, &act, err);
}

/* A log of the two sides under this agreement, the current one or one that ended. */
static bool log_find(const struct journal_line *line, const char *origin, struct journal_log *out)
{
    const enum log_side sides[] = {SIDE_PARTNER, SIDE_OWN};

    for (size_t k = 0; k < ARRAY_COUNT(sides); k++) {
        const struct journal_log *current = sides[k] == SIDE_OWN ? &line->out : &line->in;
        for (size_t i = 0; i < journal_log_count(line, sides[k]); i++) {
            int64_t id = journal_log_id(line, sides[k], i);
            if (strcmp(journal_origin(line, id), origin) != 0)
                continue;
            *out = id == current->id ? *current
                                     : (struct journal_log){.id = id, .kind = current->kind};
            snprintf(out->origin, sizeof out->origin, "%s", origin);
            return true;
        }
    }
    return false;
}

bool journal_resume_answer(struct journal *journal, struct journal_line *line, struct span bytes,
                           struct buffer *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)POST_SIZE_MAX);
    struct resume_question question;
    struct resume_receipt receipts[RESUME_RECEIPT_COUNT_MAX];
    struct keeper_seal seal;
    struct journal_log log;
    size_t count = 0;

    if (!resume_question_read(bytes, &question, err) || !allowance_check(journal, line, err))
        return false;
    if (!log_find(line, question.origin, &log))
        return error_set(err, ERROR_MISSING, "%s is no log of agreement %s", question.origin,
                         line->agreement_id);
    if (!receipts_gather(journal, &log, &question, receipts, &count, err))
        return false;
    if (receipts[count - 1].size <= question.from) /* receipts alone, of what the asker holds */
        return (resume_answer_begin(receipts, count, out) ||
                error_set(err, ERROR_LIMIT, "resume: the receipts do not fit")) &&
               served_write(journal, line, &question, question.from, err);
    struct post post = {
        .from = question.from, .to = receipts[count - 1].size, .time_ms = journal_now_ms(journal)};
    bool ok = post_gather(journal, &log, &post, &arena, err) &&
              keeper_seal_key(&journal->keeper, span_text(line->agreement_id),
                              line->partner_keys.sealing, &seal, err) &&
              (resume_answer_begin(receipts, count, out) ||
               error_set(err, ERROR_LIMIT, "resume: the receipts do not fit")) &&
              post_write(&post, &seal, out, err);
    secret_wipe(&seal, sizeof seal);
    return ok && served_write(journal, line, &question, post.to, err);
}
