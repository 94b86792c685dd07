/* Segments file: see segments_file.h. */
#include "match/segments_file.h"

#include "base/buffer.h"
#include "base/text.h"
#include "crypto/digest.h"

#include <inttypes.h>
#include <string.h>

static const char first_line[] = "besa-segments/1";

void segments_list_write(const struct segments_list *list, struct buffer *out)
{
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];

    buffer_format(out, "%s\nposition %" PRIu64 "\nnext %" PRIu32 "\n", first_line, list->position,
                  list->next);
    for (size_t i = 0; i < list->count; i++)
        buffer_format(out, "file %" PRIu32 " %" PRIu32 "\n", list->names[i], list->numbers[i]);
    for (size_t i = 0; i < list->gone_count; i++)
        buffer_format(out, "gone %" PRIu64 " %" PRIu32 "\n", list->gone[i].record,
                      list->gone[i].until);
    digest_sha256(buffer_span(out), digest);
    hex_write((struct span){digest, sizeof digest}, hex);
    buffer_format(out, "sha256 %s\n", hex);
}

/* --- reading --- */

static bool is_broken(struct error *err)
{
    return error_set(err, ERROR_STORE, "the search index is broken: its list of files");
}

/* What follows the word and one space. */
static bool word_take(struct span line, const char *word, struct span *rest)
{
    size_t size = strlen(word);

    if (line.size <= size || memcmp(line.data, word, size) != 0 || line.data[size] != ' ')
        return false;
    *rest = (struct span){line.data + size + 1, line.size - size - 1};
    return true;
}

static bool small_read(struct span text, uint32_t *out)
{
    uint64_t number;
    bool ok = number_read(text, &number) && number <= UINT32_MAX;

    *out = ok ? (uint32_t)number : 0;
    return ok;
}

/* "4711 8" */
static bool two_read(struct span text, uint64_t *first, uint32_t *second)
{
    const uint8_t *space = memchr(text.data, ' ', text.size);

    if (space == NULL)
        return false;
    size_t size = (size_t)(space - text.data);
    return number_read((struct span){text.data, size}, first) &&
           small_read((struct span){space + 1, text.size - size - 1}, second);
}

static bool file_read(struct span rest, struct segments_list *list)
{
    uint64_t name;
    size_t at = list->count;

    if (at == SEGMENTS_MAX || !two_read(rest, &name, &list->numbers[at]) || name >= list->next ||
        (at > 0 && list->numbers[at] <= list->numbers[at - 1]))
        return false;
    list->names[at] = (uint32_t)name;
    list->count++;
    return true;
}

static bool gone_read(struct span rest, struct segments_gone *gone, struct segments_list *list)
{
    size_t at = list->gone_count;

    if (at == SEGMENTS_GONE_MAX || !two_read(rest, &gone[at].record, &gone[at].until) ||
        (at > 0 && gone[at].record <= gone[at - 1].record))
        return false;
    list->gone_count++;
    return true;
}

static bool sum_check(struct span whole, struct span line, struct span rest)
{
    uint8_t digest[DIGEST_SIZE];
    uint8_t wanted[DIGEST_SIZE];

    digest_sha256((struct span){whole.data, (size_t)(line.data - whole.data)}, digest);
    return hex_read(rest, wanted, sizeof wanted) && memcmp(digest, wanted, sizeof wanted) == 0;
}

static bool head_read(struct span *text, struct segments_list *list)
{
    struct span line;
    struct span rest;

    return line_take(text, &line) && span_is(line, first_line) && line_take(text, &line) &&
           word_take(line, "position", &rest) && number_read(rest, &list->position) &&
           line_take(text, &line) && word_take(line, "next", &rest) &&
           small_read(rest, &list->next);
}

bool segments_list_read(struct span text, struct segments_gone *gone, struct segments_list *out,
                        struct error *err)
{
    struct span whole = text;
    struct span line;
    struct span rest;

    *out = (struct segments_list){.gone = gone};
    if (!head_read(&text, out))
        return is_broken(err);
    while (line_take(&text, &line)) {
        if (word_take(line, "sha256", &rest))
            return (text.size == 0 && sum_check(whole, line, rest)) || is_broken(err);
        bool ok = word_take(line, "file", &rest)
                      ? out->gone_count == 0 && file_read(rest, out)
                      : word_take(line, "gone", &rest) && gone_read(rest, gone, out);
        if (!ok)
            return is_broken(err);
    }
    return is_broken(err);
}
