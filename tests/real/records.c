/* Records as requests: see records.h. */
#include "real/records.h"

#include "base/json.h"
#include "message/form.h"
#include "message/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define RECORDS_SIZE_MAX (64u * 1024u * 1024u)
#define DAY_MS           INT64_C(86400000)

/* --- the file --- */

static struct span field_take(struct span *line)
{
    const uint8_t *tab = line->size == 0 ? NULL : memchr(line->data, '\t', line->size);
    struct span field = span_part(*line, 0, tab == NULL ? line->size : (size_t)(tab - line->data));

    *line = span_part(*line, field.size + 1, line->size);
    return field;
}

static bool is_country(struct span text)
{
    return text.size == 2 && form_rule_country.holds(text);
}

static bool is_date(struct span text)
{
    return text.size > 0 && form_rule_date.holds(text);
}

static bool is_ascii(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] >= 0x80)
            return false;
    return true;
}

static void record_count(struct records *records, const struct record *record)
{
    records->no_dates += record->dob.size == 0;
    records->odd_dates += record->dob.size > 0 && !is_date(record->dob);
    records->odd_countries += record->country.size > 0 && !is_country(record->country);
    records->not_ascii += !is_ascii(record->name);
}

static bool lines_read(struct records *records)
{
    struct span rest = buffer_span(&records->text);
    struct span line;
    size_t room = 0;

    if (!line_take(&rest, &line)) /* the names of the columns */
        return false;
    while (line_take(&rest, &line)) {
        if (records->count == room) {
            room = room == 0 ? 4096 : 2 * room;
            struct record *grown = realloc(records->list, room * sizeof *grown);
            if (grown == NULL)
                return false;
            records->list = grown;
        }
        struct record *record = &records->list[records->count++];
        memset(record, 0, sizeof *record);
        record->id = field_take(&line);
        record->name = field_take(&line);
        record->dob = field_take(&line);
        record->country = field_take(&line);
        record->source = field_take(&line);
        record_count(records, record);
    }
    return records->count > 0;
}

bool records_load(struct records *records, const char *path)
{
    *records = (struct records){.text = buffer_make(RECORDS_SIZE_MAX)};
    FILE *file = fopen(path, "r");
    bool ok = file != NULL;
    for (size_t got = 1; ok && got > 0;) {
        uint8_t block[32768];
        got = fread(block, 1, sizeof block, file);
        ok = got == 0 || buffer_add(&records->text, span_make(block, got));
    }
    if (file != NULL)
        fclose(file);
    if (ok && lines_read(records))
        return true;
    printf("the records could not be read: %s\n", path);
    return false;
}

void records_free(struct records *records)
{
    free(records->list);
    buffer_free(&records->text);
}

/* --- as a request --- */

/* The script of the first letter that is not ASCII's: two-byte Greek, Cyrillic and Arabic have blocks of their own. */
static enum name_script script_of(struct span name)
{
    for (size_t i = 0; i + 1 < name.size; i++) {
        uint8_t lead = name.data[i];
        if (lead == 0xce || lead == 0xcf)
            return SCRIPT_GREEK;
        if (lead >= 0xd0 && lead <= 0xd3)
            return SCRIPT_CYRILLIC;
        if (lead >= 0xd8 && lead <= 0xdb)
            return SCRIPT_ARABIC;
        if (lead >= 0xe3 && lead <= 0xed)
            return SCRIPT_OTHER;
    }
    return SCRIPT_LATIN;
}

/* What no field can hold: "Recorded as: date 1962-00-00; country Afghanistan." */
static bool link_write(const struct record *record, struct buffer *out)
{
    buffer_text(out, "Named in record ");
    buffer_add(out, record->id);
    buffer_text(out, " of source ");
    buffer_add(out, record->source);
    if (record->dob.size > 0 && !is_date(record->dob)) {
        buffer_text(out, "; date of birth recorded as: ");
        buffer_add(out, record->dob);
    }
    if (record->country.size > 0 && !is_country(record->country)) {
        buffer_text(out, "; country recorded as: ");
        buffer_add(out, record->country);
    }
    return buffer_text(out, ".");
}

static struct marking marking_make(const struct record *record, int64_t now_ms)
{
    uint8_t digest[DIGEST_SIZE];
    struct marking marking = {.type = ENTITY_PERSON,
                              .schema_version = MARKING_SCHEMA,
                              .origin_party = span_text("ro"),
                              .origin_ref = record->id,
                              .source_system = SOURCE_NATIONAL,
                              .purpose = PURPOSE_INVESTIGATION,
                              .offences = OFFENCE_BIT(OFFENCE_ORGANISED_CRIME),
                              .source_eval = SOURCE_EVAL_B,
                              .info_eval = 2,
                              .nature = NATURE_FACT,
                              .handling = HANDLING_BIT(HANDLING_H0),
                              .classification = CLASSIFICATION_UNCLASSIFIED,
                              .as_of_ms = now_ms - 2 * DAY_MS,
                              .recorded_at_ms = now_ms - DAY_MS,
                              .recorded_by = span_text("ana"),
                              .review_at_ms = now_ms + 90 * DAY_MS,
                              .erase_at_ms = now_ms + 180 * DAY_MS};

    digest_sha256(record->id, digest);
    memcpy(marking.id, digest, UUID_SIZE);
    marking.id[6] = (uint8_t)(0x80 | (marking.id[6] & 0x0f)); /* version 8: our own making */
    marking.id[8] = (uint8_t)(0x80 | (marking.id[8] & 0x3f));
    return marking;
}

bool record_request(const struct record *record, int64_t now_ms, struct buffer *out)
{
    struct buffer link CLEANUP(buffer_free) = buffer_make(PERSON_LINK_SIZE_MAX);
    struct person_name name = {.family = record->name, .script = script_of(record->name)};
    struct person person = {.marking = marking_make(record, now_ms),
                            .category = PERSON_SUSPECT,
                            .names = &name,
                            .name_count = 1};

    if (!link_write(record, &link))
        return false;
    person.link_to_purpose = buffer_span(&link);
    if (is_date(record->dob))
        person.birth_date = record->dob;
    if (is_country(record->country)) {
        person.nationalities = &record->country;
        person.nationality_count = 1;
    }
    struct request request = {
        .reference = record->id,
        .authority = span_text("Single Point of Contact, Bucharest"),
        .address = span_text("1 Example Street, Bucharest"),
        .officer = span_text("ana"),
        .purpose = PURPOSE_INVESTIGATION,
        .offences = OFFENCE_BIT(OFFENCE_ORGANISED_CRIME),
        .facts = span_text("Exercise: a list of persons is sent name by name."),
        .asked = span_text("Is this person known to you, and under which names?"),
        .believed_available_reason = span_text("The exercise assumes residence in your state."),
        .persons = &person,
        .person_count = 1,
        .language = span_text("en"),
        .handling = HANDLING_BIT(HANDLING_H0),
        .classification = CLASSIFICATION_UNCLASSIFIED,
        .is_necessary_and_proportionate = true,
        .is_believed_available = true,
        .has_no_death_penalty = true,
        .has_transfer = true,
        .transfer = {.ground = TRANSFER_ART61_TREATY,
                     .instrument = span_text("PCC-SEE"),
                     .article = span_text("Art. 7"),
                     .review_at_ms = now_ms + 365 * DAY_MS},
        .is_training = true};
    return request_write(&request, out);
}

/* --- as the receiver shows it --- */

static bool differs(const char *what, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s differs", what);
    return false;
}

static bool country_matches(const struct record *record, const struct person *person)
{
    if (!is_country(record->country)) /* then it stands in the text */
        return person->nationality_count == 0;
    return person->nationality_count == 1 && span_equal(person->nationalities[0], record->country);
}

bool record_matches(const struct record *record, struct span shown, char *why, size_t why_size)
{
    static _Thread_local struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(4u * 1024 * 1024);
    struct buffer link CLEANUP(buffer_free) = buffer_make(PERSON_LINK_SIZE_MAX);
    struct request request;

    problems_clear(&problems);
    if (!request_read(shown, &arena, &request, &problems))
        return differs("the body's form", why, why_size);
    if (!span_equal(request.reference, record->id))
        return differs("the reference", why, why_size);
    if (request.person_count != 1 || request.persons[0].name_count != 1)
        return differs("the count of persons or names", why, why_size);
    const struct person *person = &request.persons[0];
    if (!span_equal(person->names[0].family, record->name))
        return differs("the name", why, why_size);
    if (!span_equal(person->birth_date, is_date(record->dob) ? record->dob : span_make(NULL, 0)))
        return differs("the date of birth", why, why_size);
    if (!link_write(record, &link) || !span_equal(person->link_to_purpose, buffer_span(&link)))
        return differs("the text", why, why_size);
    return country_matches(record, person) || differs("the country", why, why_size);
}

/* --- files --- */

/* SplitMix64 (public domain algorithm): enough to make bytes that do not compress. */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int record_file(uint64_t seed, size_t size, uint8_t sha256[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();
    int fd = memfd_create("attachment", MFD_CLOEXEC);
    uint64_t block[1024];

    for (size_t done = 0; digest != NULL && fd >= 0 && done < size;) {
        size_t part = size - done < sizeof block ? size - done : sizeof block;
        for (size_t i = 0; i < 1024; i++)
            block[i] = random_next(&seed);
        if (write(fd, block, part) != (ssize_t)part) {
            close(fd);
            fd = -1;
        }
        digest_add(digest, span_make(block, part));
        done += part;
    }
    if (digest != NULL)
        digest_end(digest, sha256);
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

bool file_digest(int fd, size_t *size, uint8_t sha256[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();
    uint8_t block[32768];
    ssize_t got = 1;

    *size = 0;
    if (digest == NULL || lseek(fd, 0, SEEK_SET) != 0)
        return false;
    while (got > 0) {
        got = read(fd, block, sizeof block);
        if (got > 0) {
            digest_add(digest, span_make(block, (size_t)got));
            *size += (size_t)got;
        }
    }
    digest_end(digest, sha256);
    return got == 0;
}
