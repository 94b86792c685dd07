/* Cards: see cards.h. */
#include "match/support/cards.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool ok, const struct error *err)
{
    if (ok)
        return;
    printf("cards: %s\n", err->text);
    exit(1);
}

void cards_make(struct cards *out)
{
    struct error err = {0};

    must(folder_make(&out->folder, &err), &err);
    must(lexicon_make(&out->lexicon, &err), &err);
    must(aligner_make(out->lexicon, &out->aligner, &err), &err);
}

void cards_free(struct cards *cards)
{
    aligner_free(&cards->aligner);
    lexicon_free(&cards->lexicon);
    folder_free(&cards->folder);
}

static const struct {
    const char *name;
    enum record_kind kind;
} kinds[] = {{"name", RECORD_WHOLE},      {"given", RECORD_GIVEN},   {"family", RECORD_FAMILY},
             {"place", RECORD_PLACE},     {"region", RECORD_REGION}, {"postcode", RECORD_POSTCODE},
             {"address", RECORD_ADDRESS}, {"phone", RECORD_PHONE},   {"document", RECORD_DOCUMENT}};

static void field_read(char *field, struct record_input *input, struct record_value *values)
{
    char *text = strchr(field, '=');
    struct error err = {0};
    uint8_t group = 0;

    must(text != NULL, &err);
    *text++ = '\0';
    if (strcmp(field, "born") == 0) {
        must(birth_read(span_text(text), &input->birth, &err), &err);
        return;
    }
    if (strcmp(field, "sex") == 0) {
        input->sex = *text == 'f' ? RECORD_SEX_FEMALE : RECORD_SEX_MALE;
        return;
    }
    char *last = field + strlen(field) - 1;
    if (*last >= '2' && *last <= '9') {
        group = (uint8_t)(*last - '1');
        *last = '\0';
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(field, kinds[i].name) == 0) {
            values[input->value_count++] =
                (struct record_value){kinds[i].kind, group, span_text(text)};
            return;
        }
    must(false, &err);
}

void card_make(struct cards *cards, const char *line, struct card *out)
{
    struct record_value values[32];
    struct record_input input = {.values = values};
    struct error err = {0};
    char *copy = strdup(line);
    char *rest = copy;

    for (char *field; (field = strsep(&rest, ";")) != NULL;) {
        while (*field == ' ')
            field++;
        if (*field != '\0')
            field_read(field, &input, values);
    }
    must(record_make(cards->lexicon, cards->folder, &input, out->words, &out->record, &err), &err);
    free(copy);
}
