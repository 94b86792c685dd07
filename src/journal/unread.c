/* Unread: see unread.h. */
#include "journal/unread.h"

#include "journal/private.h"
#include "journal/in_force.h"
#include "journal/retention.h"

#include "store/governance_rows.h"

/* Of those that came under one version. */
static bool version_add(struct journal *journal, struct journal_line *line, int64_t version,
                        struct unread *out, struct error *err)
{
    const struct agreement *then = NULL;
    int64_t end_ms = journal_retention_end_ms(line);
    int64_t count = 0, first_ms = 0;

    if (!retention_count_class(journal->db, span_text(line->agreement_id), version,
                               RETENTION_CLASS_UNREAD, &count, &first_ms, err))
        return false;
    if (count == 0)
        return true;
    if (!version_agreement(journal, line, version, &then, err))
        return false;
    int64_t due_ms = first_ms + retention_keep_ms(then, &line->agreement, RETENTION_CLASS_UNREAD);
    if (end_ms != 0 && end_ms < due_ms)
        due_ms = end_ms;
    if (out->count == 0 || due_ms < out->first_ms)
        out->first_ms = due_ms;
    out->count += count;
    return true;
}

bool journal_unread(struct journal *journal, struct journal_line *line, struct unread *out,
                    struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct version_row *versions = arena_array(&arena, VERSION_COUNT_MAX, sizeof *versions);
    size_t count = 0;

    *out = (struct unread){.count = 0};
    if (versions == NULL)
        return error_set(err, ERROR_LIMIT, "counting what is unread: out of memory");
    if (!version_list(journal->db, span_text(line->agreement_id), versions, VERSION_COUNT_MAX,
                      &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!version_add(journal, line, versions[i].version, out, err))
            return false;
    return true;
}
