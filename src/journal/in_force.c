/* Versions of a line's agreement by position: see in_force.h. */
#include "journal/in_force.h"

#include "journal/private.h"

#include "agreement/signed.h"
#include "store/governance_rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

/* A document beside the one that the line was opened with. */
struct version_slot {
    struct arena arena;
    struct agreement agreement; /* version 0: empty */
};

struct line_versions {
    struct line_version list[VERSION_COUNT_MAX]; /* oldest first */
    size_t count;
    struct agreement first; /* as the line was opened; lives in journal->arena */
    struct version_slot slots[VERSION_SLOT_COUNT];
    size_t next_slot;
    int64_t pinned; /* 0: none */
};

bool versions_make(struct journal_line *line, struct error *err)
{
    line->versions = calloc(1, sizeof *line->versions);
    if (line->versions == NULL)
        return error_set(err, ERROR_LIMIT, "agreement %s: out of memory", line->agreement_id);
    line->versions->first = line->agreement;
    return true;
}

void versions_free(struct journal_line *line)
{
    if (line->versions == NULL)
        return;
    for (size_t i = 0; i < VERSION_SLOT_COUNT; i++)
        arena_free(&line->versions->slots[i].arena);
    free(line->versions);
    line->versions = NULL;
}

static void version_push(struct line_versions *versions, const struct line_version *version)
{
    if (versions->count == VERSION_COUNT_MAX) {
        memmove(versions->list, versions->list + 1,
                (VERSION_COUNT_MAX - 1) * sizeof *versions->list);
        versions->count--;
    }
    versions->list[versions->count++] = *version;
}

uint64_t version_position(const struct journal_line *line, int64_t log, int64_t index)
{
    uint64_t position = VERSION_WAITING;
    enum log_side side = journal_side(line, log);

    if (index != ENTRY_WAITING && side != SIDE_NONE)
        chain_position(line, side, log, (uint64_t)index, &position);
    return position;
}

bool versions_load(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct version_row rows[VERSION_COUNT_MAX];
    size_t count = 0;

    if (!version_list(journal->db, span_text(line->agreement_id), rows, VERSION_COUNT_MAX, &count,
                      err))
        return error_add(err, "versions of agreement %s", line->agreement_id);
    line->versions->count = 0;
    for (size_t i = count; i > 0; i--) {
        const struct version_row *row = &rows[i - 1];
        struct line_version version = {.number = row->version,
                                       .entry = row->entry,
                                       .is_own = journal_side(line, row->log) == SIDE_OWN,
                                       .position = version_position(line, row->log, row->index)};
        version_push(line->versions, &version);
    }
    return true;
}

int64_t version_at(const struct journal_line *line, bool is_own, uint64_t position, uint64_t seen)
{
    const struct line_versions *versions = line->versions;

    for (size_t i = versions->count; i > 0; i--) {
        const struct line_version *version = &versions->list[i - 1];
        uint64_t below = version->is_own == is_own ? position : seen;
        if (version->entry == 0 || version->position < below)
            return version->number;
    }
    return versions->count > 0 ? versions->list[0].number : line->agreement.version;
}

/* The document with this number, when it is held parsed. */
static const struct agreement *held_find(const struct journal_line *line, int64_t number)
{
    const struct line_versions *versions = line->versions;

    if (line->agreement.version == number)
        return &line->agreement;
    if (versions->first.version == number)
        return &versions->first;
    for (size_t i = 0; i < VERSION_SLOT_COUNT; i++)
        if (versions->slots[i].agreement.version == number)
            return &versions->slots[i].agreement;
    return NULL;
}

/* Others may still look at the document in force, and a transaction that is undone goes back to the one before it, or to
 * the one that is pinned: the slot that is given up holds none of them. */
static struct version_slot *slot_take(struct journal_line *line)
{
    struct line_versions *versions = line->versions;

    for (size_t i = 0; i < VERSION_SLOT_COUNT; i++) {
        struct version_slot *slot = &versions->slots[versions->next_slot++ % VERSION_SLOT_COUNT];
        int64_t number = slot->agreement.version;
        if (number != 0 && (number == line->agreement.version ||
                            number == line->agreement.version - 1 || number == versions->pinned))
            continue;
        arena_free(&slot->arena);
        *slot = (struct version_slot){.arena = arena_make(AGREEMENT_ARENA_SIZE)};
        return slot;
    }
    return NULL; /* there are more slots than the three that stay */
}

/* Signatures were verified when the version was adopted. */
static bool slot_read(struct journal_line *line, struct span cms, struct version_slot **out,
                      struct error *err)
{
    struct signed_agreement document;
    size_t signer_count = 0;

    *out = slot_take(line);
    if (*out == NULL)
        return error_set(err, ERROR_BUG, "agreement %s: no room for a version", line->agreement_id);
    if (!agreement_look(cms, &(*out)->arena, &document, &signer_count, err))
        return error_add(err, "reading a version of agreement %s", line->agreement_id);
    (*out)->agreement = document.agreement;
    return true;
}

bool version_agreement(struct journal *journal, struct journal_line *line, int64_t number,
                       const struct agreement **out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * AGREEMENT_ARENA_SIZE);
    struct version_slot *slot = NULL;
    struct span cms;

    *out = held_find(line, number);
    if (*out != NULL)
        return true;
    if (!version_find(journal->db, &arena, span_text(line->agreement_id), number, &cms, err) ||
        !slot_read(line, cms, &slot, err))
        return error_add(err, "agreement %s/%" PRId64, line->agreement_id, number);
    *out = &slot->agreement;
    return true;
}

bool version_adopt(struct journal *journal, struct journal_line *line, struct span cms,
                   const uint8_t fingerprint[DIGEST_SIZE], const struct line_version *version,
                   struct error *err)
{
    struct version_slot *slot = NULL;

    if (!version_insert(journal->db, span_text(line->agreement_id), version->number, cms,
                        span_make(fingerprint, DIGEST_SIZE), journal_now_ms(journal),
                        version->entry, err) ||
        !slot_read(line, cms, &slot, err))
        return error_add(err, "adopting agreement %s/%" PRId64, line->agreement_id,
                         version->number);
    version_push(line->versions, version);
    line->agreement = slot->agreement;
    line->has_waiting = true; /* what waits under the version before is looked at again */
    return true;
}

void version_numbered(struct journal_line *line, int64_t entry, uint64_t position)
{
    for (size_t i = line->versions->count; i > 0; i--)
        if (line->versions->list[i - 1].entry == entry)
            line->versions->list[i - 1].position = position;
}

bool version_seen(struct journal *journal, struct journal_line *line, uint64_t *seen,
                  struct error *err)
{
    int64_t index = -1;
    uint64_t handled = journal_handled(line);
    uint64_t known = line->known > handled ? line->known : handled;

    *seen = chain_size(line, SIDE_PARTNER);
    if (known >= *seen)
        return true;
    if (known < line->in_past.base) {
        *seen = known; /* in a log that ended, after a resume: what is behind comes soon */
        return true;
    }
    if (!entry_find_type(journal->db, line->in.id, (int64_t)(known - line->in_past.base),
                         MESSAGE_AGREEMENT_SIGNATURE, &index, err))
        return false;
    if (index >= 0)
        *seen = version_position(line, line->in.id, index);
    return true;
}

void versions_pin(struct journal_line *line, int64_t number)
{
    line->versions->pinned = number;
}

size_t versions_count(const struct journal_line *line)
{
    return line->versions->count;
}

void versions_restore(struct journal_line *line, size_t count)
{
    struct line_versions *versions = line->versions;

    if (versions->count == count || count == 0)
        return;
    versions->count = count;
    const struct agreement *before = held_find(line, versions->list[count - 1].number);
    assert(before != NULL); /* it was in force when the batch began */
    struct agreement copy = *before;
    for (size_t i = 0; i < VERSION_SLOT_COUNT; i++)
        if (versions->slots[i].agreement.version > copy.version)
            versions->slots[i].agreement.version = 0; /* it may come again as another document */
    line->agreement = copy;
}
