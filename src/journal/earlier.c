/* An earlier message of the same writer: see earlier.h. */
#include "journal/earlier.h"

#include "journal/private.h"

bool earlier_find(struct journal *journal, struct journal_line *line,
                  const struct earlier_question *question, struct arena *arena,
                  struct entry_row *out, bool *is_so, struct error *err)
{
    struct position from = {.entry = question->before, .is_own = question->is_own};
    struct reference reference = {
        .origin = span_text(question->is_own ? line->out.origin : line->in.origin)};
    struct error unread = {0};
    struct head head;

    *is_so = false;
    memcpy(reference.id, question->id, UUID_SIZE);
    if (!reference_resolve(journal, line, &from, &reference, arena, out, err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    *is_so = out->type == (int64_t)question->type &&
             (question->about == NULL ||
              (head_read(out->head, arena, &head, &unread) && head.has_in_reply_to &&
               memcmp(head.in_reply_to.id, question->about, UUID_SIZE) == 0));
    return true;
}
