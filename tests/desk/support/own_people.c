/* See own_people.h. */
#include "desk/support/own_people.h"

#include "desk/own_index.h"
#include "desk/own_slice.h"
#include "desk/support/asked.h"
#include "journal/private.h"
#include "message/support/samples.h"

#include <stdio.h>
#include <string.h>

bool own_people_open(struct pair *pair, struct error *err)
{
    struct journal *journal = &pair->nodes[0].journal;
    char directory[600];
    bool was_reset = false;

    snprintf(directory, sizeof directory, "%s/index", pair->nodes[0].home);
    return own_index_open(env_real(), directory, journal->db, &journal->own_index, &was_reset, err);
}

void own_people_close(struct pair *pair)
{
    own_index_close(&pair->nodes[0].journal.own_index);
}

static void field_put(struct buffer *out, enum own_field field, const char *value)
{
    if (value != NULL && value[0] != 0)
        buffer_format(out, "%c%zu:%s", 'a' + (int)field, strlen(value), value);
}

static void someone_put(struct buffer *out, const struct own_someone *from)
{
    field_put(out, OWN_EXTERNAL, from->external);
    field_put(out, OWN_FAMILY, from->family);
    field_put(out, OWN_GIVEN, from->given);
    field_put(out, OWN_BIRTH_DATE, from->birth);
    if (from->document != NULL)
        buffer_format(out, "%c%zu:AL:%s", 'a' + OWN_PASSPORT, strlen(from->document) + 3,
                      from->document);
    field_put(out, OWN_PHONE, from->phone);
    field_put(out, OWN_CATEGORY, person_category_names[from->category]);
    field_put(out, OWN_SHIELD, from->is_shielded ? "yes" : "no");
    field_put(out, OWN_CASE, from->case_number);
    buffer_byte(out, '\n');
}

bool own_people_slice(const struct own_someone *from, size_t count, struct buffer *out)
{
    struct own_entry usual = {.person = {.marking = sample_persons[0].marking,
                                         .category = PERSON_SUSPECT,
                                         .link_to_purpose = span_text("test")}};
    bool ok = own_slice_begin(out, &usual);

    for (size_t i = 0; i < count; i++)
        someone_put(out, &from[i]);
    return ok && !out->failed;
}

bool own_people_put(struct pair *pair, const char *source, const struct own_someone *from,
                    size_t count, struct error *err)
{
    static int
        lines; /* of one file for each register; a register is used to its end before the next */
    static char last[32];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer answer CLEANUP(buffer_free) = buffer_make(65536);
    char digest[65], arguments[300];
    struct asked asked = {.officer = "ana", .arguments = arguments, .case_number = "c-1"};

    if (strcmp(last, source) != 0)
        lines = 0;
    snprintf(last, sizeof last, "%s", source);
    memset(digest, 'a', sizeof digest - 1);
    digest[64] = 0;
    for (size_t i = 0; i < strlen(source) && i < 32; i++)
        snprintf(digest + 2 * i, 3, "%02x", (unsigned char)source[i]);
    digest[2 * strlen(source)] = 'a';
    snprintf(arguments, sizeof arguments, "{\"digest\":\"%s\",\"source\":\"%s\"}", digest, source);
    asked.act = "own-import-begin";
    if (!asked_run(&pair->nodes[0], &asked, &answer, err) || !own_people_slice(from, count, &body))
        return false;
    snprintf(arguments, sizeof arguments, "{\"digest\":\"%s\",\"from\":%d,\"to\":%d,\"refused\":0}",
             digest, lines, lines + (int)count);
    asked.act = "own-import-take";
    asked.body = buffer_span(&body);
    lines += (int)count;
    return asked_run(&pair->nodes[0], &asked, &answer, err) && own_people_follow(pair, err);
}

bool own_people_follow(struct pair *pair, struct error *err)
{
    struct journal *journal = &pair->nodes[0].journal;
    size_t taken = 1;

    while (journal->own_index != NULL && taken > 0)
        if (!own_index_follow(journal->own_index, journal->db, &taken, err))
            return false;
    return true;
}
