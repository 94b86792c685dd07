/*
 * Arbitrary bytes as a file of people, first byte: the format, or a slice. Whoever is read writes and reads as himself, and comes
 * through a slice as the same; line numbers rise, and the end comes.
 */
#include "desk/own_file.h"
#include "desk/own_slice.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void usual_make(struct own_entry *usual)
{
    struct marking *marking = &usual->person.marking;

    *usual = (struct own_entry){.person = {.link_to_purpose = span_text("test")}};
    marking->type = ENTITY_PERSON;
    marking->schema_version = MARKING_SCHEMA;
    marking->origin_party = span_text("ro");
    marking->origin_ref = span_text("r");
    marking->offences = 1;
    marking->info_eval = 1;
    marking->handling = HANDLING_BIT(HANDLING_H0);
    marking->as_of_ms = marking->recorded_at_ms = 1000;
    marking->recorded_by = span_text("import");
    marking->review_at_ms = 2000;
    marking->erase_at_ms = 3000;
}

/* What the books keep is read again by a strict reader. */
static void reads_as_itself(const struct own_entry *entry)
{
    static struct problems problems;
    struct arena arena = arena_make(1 << 20);
    struct buffer first = buffer_make(1 << 20);
    struct buffer again = buffer_make(1 << 20);
    struct person read;

    problems_clear(&problems);
    if (!own_person_write(&entry->person, &first) ||
        !own_person_read(buffer_span(&first), &arena, &read, &problems) ||
        !own_person_write(&read, &again) || !span_equal(buffer_span(&first), buffer_span(&again)))
        abort();
    buffer_free(&first);
    buffer_free(&again);
    arena_free(&arena);
}

/* `people` behind a first line; with `same`: it is this one person. */
static void slice_read(const struct own_entry *usual, struct span people,
                       const struct own_entry *same)
{
    static struct own_slice slice;
    static struct problems problems;
    struct arena arena = arena_make(1 << 20);
    struct buffer body = buffer_make(1 << 20);
    struct buffer first = buffer_make(1 << 20);
    struct buffer again = buffer_make(1 << 20);
    struct own_entry entry;
    struct error err = {0};
    bool is_end = false;

    problems_clear(&problems);
    if (!own_slice_begin(&body, usual) || !buffer_add(&body, people) ||
        !own_slice_open(&slice, buffer_span(&body), span_text("r"), &arena, &problems, &err))
        abort();
    for (size_t count = 0; own_slice_next(&slice, &entry, &is_end, &err) && !is_end; count++) {
        reads_as_itself(&entry);
        if (same != NULL && (count > 0 || !own_person_write(&same->person, &first) ||
                             !own_person_write(&entry.person, &again) ||
                             !span_equal(buffer_span(&first), buffer_span(&again))))
            abort();
    }
    if (same != NULL && !is_end)
        abort();
    buffer_free(&body);
    buffer_free(&first);
    buffer_free(&again);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct own_xml_mapping mapping;
    struct own_entry usual;
    struct own_entry entry;
    struct own_file *file = NULL;
    struct error err = {0};
    uint64_t line = 0;

    if (size < 2)
        return 0;
    if (mapping.count == 0 &&
        !own_xml_mapping_read(span_text(own_xml_mapping_usual), &mapping, &err))
        abort();
    usual_make(&usual);
    if (data[0] % (OWN_FILE_FORMAT_COUNT + 1) == OWN_FILE_FORMAT_COUNT) {
        slice_read(&usual, span_make(data + 1, size - 1), NULL);
        return 0;
    }
    FILE *stream = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "r");
    if (stream == NULL)
        return 0;
    if (own_file_open(stream, (enum own_file_format)(data[0] % (OWN_FILE_FORMAT_COUNT + 1)), &usual,
                      &mapping, span_text("r"), &file, &err)) {
        enum own_file_step step;
        do {
            error_clear(&err);
            step = own_file_next(file, &entry, &err);
            if (step == OWN_FILE_PERSON) {
                reads_as_itself(&entry);
                slice_read(&usual, own_file_text(file), &entry);
            }
            if ((step == OWN_FILE_FAULT) != (err.kind != ERROR_NONE) && step != OWN_FILE_FAILED)
                abort();
            if (step != OWN_FILE_END && step != OWN_FILE_FAILED && own_file_line(file) <= line)
                abort();
            line = own_file_line(file);
        } while (step != OWN_FILE_END && step != OWN_FILE_FAILED);
    }
    own_file_close(&file);
    fclose(stream);
    return 0;
}
