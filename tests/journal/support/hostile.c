/* Posts and entries of a hostile partner: see hostile.h. */
#include "journal/support/hostile.h"

#include "crypto/id.h"
#include "journal/private.h"

bool hostile_post(struct pair_node *from, struct buffer *out, struct error *err)
{
    uint64_t a = 0;
    uint64_t b = 0;
    return journal_next_post(&from->journal, &from->journal.lines[0], out, &a, &b, err);
}

struct run_job {
    struct job job;
    bool (*run)(struct journal *journal, void *context, struct error *err);
    void *context;
    struct error *err;
    bool is_done;
    bool ok;
};

static bool run_run(struct journal *journal, struct job *job, struct error *err)
{
    struct run_job *run = (struct run_job *)job;
    return run->run(journal, run->context, err);
}

static void run_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct run_job *run = (struct run_job *)job;
    (void)journal;
    run->is_done = true;
    run->ok = ok;
    if (!ok)
        *run->err = *err;
}

bool hostile_run(struct pair_node *node,
                 bool (*run)(struct journal *journal, void *context, struct error *err),
                 void *context, struct error *err)
{
    struct run_job job = {
        .job = {.run = run_run, .done = run_done}, .run = run, .context = context, .err = err};

    error_clear(err);
    if (!journal_submit(&node->journal, &job.job, err))
        return false;
    while (!job.is_done)
        journal_pump(&node->journal);
    return job.ok;
}

struct offer {
    struct span wire;
    struct accepted *accepted;
    struct error *failure;
};

static bool offer_run(struct journal *journal, void *context, struct error *err)
{
    struct offer *offer = context;
    if (journal_accept(journal, &journal->lines[0], offer->wire, offer->accepted, err))
        return true;
    *offer->failure = *err;
    return offer->accepted->refusal == REFUSAL_FORK; /* its proof is committed */
}

enum post_refusal hostile_offer(struct pair_node *to, struct span wire, struct accepted *out,
                                struct error *err)
{
    struct error failure = {0};
    struct offer offer = {.wire = wire, .accepted = out, .failure = &failure};

    *out = (struct accepted){.refusal = REFUSAL_BUSY};
    if (!hostile_run(to, offer_run, &offer, err))
        return out->refusal;
    if (out->refusal != REFUSAL_NONE)
        *err = failure;
    return out->refusal;
}

struct head hostile_head(struct pair_node *from, enum message_type type)
{
    const struct journal_line *line = &from->journal.lines[0];
    struct head head = {.type = type,
                        .type_version = message_type_version(type),
                        .agreement_id = span_text(line->agreement_id),
                        .agreement_version = (unsigned)line->agreement.version,
                        .seen = line->in.size,
                        .unit = span_text("desk"),
                        .created_ms = journal_now_ms(&from->journal)};
    id_make(from->journal.env, head.id);
    return head;
}

static bool parts_put(struct journal *journal, int64_t entry, const struct hostile_entry *from,
                      struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < from->part_count; i++) {
        struct sealed_body sealed;
        uint8_t digest[DIGEST_SIZE];
        if (!body_seal(journal, from->parts[i].bytes, from->parts[i].salt, arena, &sealed, err))
            return false;
        digest_salted(from->parts[i].salt, from->parts[i].bytes, digest);
        struct part_row row = {.entry = entry,
                               .number = from->parts[i].number,
                               .digest = span_make(digest, sizeof digest),
                               .salt = span_make(from->parts[i].salt, SALT_SIZE),
                               .size = (int64_t)from->parts[i].bytes.size,
                               .sha256 = span_make(digest, sizeof digest),
                               .state = PART_HELD,
                               .bytes = sealed.sealed,
                               .part_key = sealed.key};
        if (!part_insert(journal->db, &row, err))
            return false;
    }
    return true;
}

static bool append_run(struct journal *journal, void *context, struct error *err)
{
    struct hostile_entry *entry = context;
    struct journal_log *log = &journal->lines[0].out;
    struct arena arena CLEANUP(arena_free) = arena_make(64u << 20);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(1 << 20);
    uint8_t salt[SALT_SIZE] = {0};
    struct sealed_body sealed = {.sealed = {NULL, 0}};
    struct tlog_hash leaf;

    journal->env->random(journal->env->context, salt, sizeof salt);
    if (entry->body.size > 0 && !body_seal(journal, entry->body, salt, &arena, &sealed, err))
        return false;
    if (entry->body.size > 0) {
        entry->filled.has_body = true;
        digest_salted(salt, entry->body, entry->filled.body_digest);
    }
    if (entry->head.size == 0 && !head_write(&entry->filled, &bytes))
        return error_set(err, ERROR_BUG, "hostile: the head cannot be written");
    struct span head = entry->head.size == 0 ? buffer_span(&bytes) : entry->head;
    tlog_leaf_hash(head, &leaf);
    struct entry_row row = {.id = journal->next_entry,
                            .log = log->id,
                            .index = (int64_t)log->size,
                            .message_id = span_make(entry->filled.id, UUID_SIZE),
                            .head = head,
                            .leaf = span_make(leaf.bytes, sizeof leaf.bytes),
                            .type = entry->filled.type,
                            .created_ms = entry->filled.created_ms,
                            .salt = span_make(salt, entry->body.size > 0 ? SALT_SIZE : 0),
                            .body = sealed.sealed,
                            .body_key = sealed.key,
                            .body_size = (int64_t)entry->body.size,
                            .body_state = entry->body.size > 0 ? BODY_HELD : BODY_NONE};
    if (!entry_insert(journal->db, &row, err) || !parts_put(journal, row.id, entry, &arena, err))
        return false;
    journal->next_entry++;
    return log_add_leaf(log, &leaf, err) && log_store(journal, log, err);
}

bool hostile_append(struct pair_node *from, struct hostile_entry *entry, uint64_t *index,
                    struct error *err)
{
    *index = from->journal.lines[0].out.size;
    if (!hostile_run(from, append_run, entry, err))
        return false;
    if (from->exchange != NULL) {
        struct journal_event event = {.kind = JOURNAL_SEALED, .line = 0};
        exchange_notice(from->exchange, &event);
    }
    return true;
}

bool hostile_repost(struct pair_node *from, const struct post_entry *entries, size_t count,
                    struct buffer *out, struct error *err)
{
    struct journal *journal = &from->journal;
    struct journal_line *line = &journal->lines[0];
    struct buffer honest CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(POST_SIZE_MAX);
    struct keeper_seal seal;
    struct post post;

    if (!hostile_post(from, &honest, err) ||
        !post_read_header(buffer_span(&honest), &arena, &post, err))
        return false;
    for (size_t i = 0; i < post.entry_count && i < count; i++) {
        struct span head = post.entries[i].head;
        post.entries[i] = entries[i];
        if (entries[i].head.size == 0)
            post.entries[i].head = head;
    }
    bool ok = keeper_seal_key(&journal->keeper, span_text(line->agreement_id),
                              line->agreement.parties[line->partner_side].sealing_key, &seal, err);
    buffer_clear(out);
    return ok && post_write(&post, &seal, out, err);
}

bool hostile_verdict(struct pair_node *node, uint64_t index, struct arena *arena,
                     struct sequence_row *out)
{
    struct entry_row row;
    struct error err = {0};

    return entry_find_index(node->db, arena, node->journal.lines[0].in.id, (int64_t)index, &row,
                            &err) &&
           sequence_of_entry(node->db, arena, row.id, out, &err);
}
