/* See own_usual.h. */
#include "cmd/own_usual.h"

#include "base/attributes.h"
#include "base/env.h"

#include <inttypes.h>
#include <string.h>

#define MAPPING_SIZE_MAX 65536u
#define FAULTS_TOLD      20
#define DAY_MS           INT64_C(86400000)

static bool choice_find(const char *what, const char *text, const char *const *names, size_t count,
                        size_t *out, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] != NULL && strcmp(names[i], text) == 0) {
            *out = i;
            return true;
        }
    return error_set(err, ERROR_INPUT, "--%s: no such code", what);
}

static bool offences_read(const char *text, uint64_t *out, struct error *err)
{
    char one[64];

    *out = 0;
    for (const char *at = text; *at != 0;) {
        size_t size = strcspn(at, ",");
        size_t found = 0;
        snprintf(one, sizeof one, "%.*s", (int)size, at);
        if (!choice_find("offences", one, offence_names, OFFENCE_COUNT, &found, err))
            return false;
        *out |= UINT64_C(1) << found;
        at += size + (at[size] == ',');
    }
    return true;
}

static bool evaluation_read(const char *text, struct marking *marking, struct error *err)
{
    static const char letters[] = "ABCX";
    const char *at = text[0] == 0 ? NULL : strchr(letters, text[0]);

    if (at == NULL || text[1] < '1' || text[1] > '4' || text[2] != 0)
        return error_set(err, ERROR_INPUT, "--evaluation: A, B, C or X, then 1 to 4");
    marking->source_eval = (enum source_eval)(at - letters);
    marking->info_eval = text[1] - '0';
    return true;
}

bool usual_make(const struct usual_texts *texts, const struct config *config, struct own_entry *out,
                struct error *err)
{
    struct person *person = &out->person;
    struct marking *marking = &person->marking;
    int64_t now_ms = env_real()->now_ms(env_real()->context);
    uint64_t review_days = 0, erase_days = 0;
    size_t category = PERSON_SUSPECT, purpose = PURPOSE_INVESTIGATION;

    if (!choice_find("category", texts->category, person_category_names, PERSON_CATEGORY_COUNT,
                     &category, err) ||
        !choice_find("purpose", texts->purpose, purpose_names, PURPOSE_COUNT, &purpose, err) ||
        !offences_read(texts->offences, &marking->offences, err) ||
        !evaluation_read(texts->evaluation, marking, err) ||
        !command_number("review", texts->review, 1, 3650, 180, &review_days, err) ||
        !command_number("erase", texts->erase, 1, 36500, 1095, &erase_days, err))
        return false;
    person->category = (enum person_category)category;
    person->link_to_purpose = span_text(texts->link);
    marking->type = ENTITY_PERSON;
    marking->schema_version = MARKING_SCHEMA;
    marking->origin_party = span_text(config->party);
    marking->origin_ref = span_text(texts->source);
    marking->source_system = SOURCE_NATIONAL;
    marking->purpose = (enum purpose)purpose;
    marking->nature = NATURE_FACT;
    marking->handling = HANDLING_BIT(HANDLING_H0);
    marking->as_of_ms = now_ms;
    marking->recorded_at_ms = now_ms;
    marking->recorded_by = span_text("import");
    marking->review_at_ms = now_ms + (int64_t)review_days * DAY_MS;
    marking->erase_at_ms = now_ms + (int64_t)erase_days * DAY_MS;
    return true;
}

bool usual_mapping(const char *path, struct own_xml_mapping *out, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(MAPPING_SIZE_MAX);

    if (path == NULL)
        return own_xml_mapping_read(span_text(own_xml_mapping_usual), out, err);
    return command_read_file(path, MAPPING_SIZE_MAX, &text, err) &&
           own_xml_mapping_read(buffer_span(&text), out, err);
}

bool usual_format(const char *text, enum own_file_format *out, struct error *err)
{
    size_t format = 0;

    if (!choice_find("format", text, own_file_format_names, OWN_FILE_FORMAT_COUNT, &format, err))
        return false;
    *out = (enum own_file_format)format;
    return true;
}

void fault_tell(struct faults *faults, uint64_t line, const char *why)
{
    faults->count++;
    if (faults->file != NULL)
        fprintf(faults->file, "%" PRIu64 "\t%s\n", line, why);
    if (faults->count <= FAULTS_TOLD)
        command_note(faults->options, "line %" PRIu64 ": %s", line, why);
    else if (faults->count == FAULTS_TOLD + 1)
        command_note(faults->options, "more lines are wrong; %s",
                     faults->file != NULL ? "the file of --errors has them all"
                                          : "--errors FILE keeps them all");
}
