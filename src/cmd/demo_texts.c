/* The stories of the demonstration's year: see demo_texts.h. */
#include "cmd/demo_texts.h"

#include "base/attributes.h"
#include "base/buffer.h"
#include "message/offence.h"

#include <stdio.h>
#include <string.h>

#define TEXT_SIZE_MAX 4000

const struct demo_subject demo_subjects[DEMO_KIND_COUNT] = {
    [DEMO_MIGRANTS] =
        {.offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING) | OFFENCE_BIT(OFFENCE_ORGANISED_CRIME),
         .purpose_note = "Exercise. Named by the driver as the one who gave him the vehicle.",
         .protected_note = "Exercise. Found among those who were carried; gave this name.",
         .urgent = "A second vehicle of the same group is on the road with people locked in.",
         .plots =
             {{"Van on the road to {there}",
               "Exercise. {count} people were found hidden behind pallets in a van, {plate}, at a "
               "check near {here}. The driver left on foot. The tachograph shows stops at {there} "
               "on two nights before.",
               "Who keeps vehicle {plate}, and is {name} known as driver or keeper of other "
               "vehicles? Were people seen being taken up near {there}?",
               "Exercise. {plate} was sold three weeks before to a firm at {there} whose manager is "
               "{name}. Two more vans of the firm crossed the border {count} times this month."},
              {"Boat from {there} across the strait",
               "Exercise. A rubber boat with {count} people was stopped at sea. Its engine was "
               "bought at {there}; those carried say that they paid a man called {name}, by a "
               "money sender, before they left {here}.",
               "Is {name} known, and which telephone numbers does he use? Who took the payment at "
               "{there}?",
               "Exercise. {name} rents a warehouse at {there}. He was fined in spring for an engine "
               "without papers. His number is in our list of calls from that night."},
              {"Flat at {here} used as a stop",
               "Exercise. {count} people were met in a flat at {here}. The lease names {name}; "
               "lists with first names, sums and the word {there} lay on the table.",
               "Is {name} in your registers, and which journeys between {here} and {there} does "
               "your side know of?",
               "Exercise. {name} was met with the same lists at {there} two months ago and let go. "
               "We give the report and the number of the vehicle, {plate}."}}},
    [DEMO_DRUGS] =
        {.offences = OFFENCE_BIT(OFFENCE_DRUG_TRAFFICKING) | OFFENCE_BIT(OFFENCE_ORGANISED_CRIME),
         .purpose_note =
             "Exercise. Took delivery, according to the driver and the consignment note.",
         .protected_note = "Exercise. Saw the unloading.",
         .urgent = "The container is released to its receiver tomorrow morning.",
         .plots =
             {{"Lorry with a double floor",
               "Exercise. {count} kilograms of cannabis lay under the floor of lorry {plate} at "
               "{here}. The consignment note names a firm at {there} and bears the signature of "
               "{name}.",
               "Does the firm at {there} exist, who stands behind it, and is {name} known?",
               "Exercise. The firm has an address and no storehouse. {name} signed for it; lorry "
               "{plate} was at {there} on the day of loading."},
              {"Container of bananas at {here}",
               "Exercise. {count} packets of cocaine were found between bananas in a container at "
               "{here}, sent on to {there}. The broker was called by {name} four times.",
               "Who is {name}, and who pays for the storehouse at {there}?",
               "Exercise. {name} has an earlier conviction for transport of narcotics. The rent at "
               "{there} is paid in cash by a driver whose vehicle is {plate}."},
              {"Parcels between {here} and {there}",
               "Exercise. {count} parcels with tablets were sent by coach from {there}. The same "
               "hand wrote all labels; the number given is answered by {name}.",
               "Is {name} known, and which coaches does your side know to carry such parcels?",
               "Exercise. The driver of coach {plate} hands parcels over at {there} each week. "
               "{name} was seen twice."}}},
    [DEMO_PEOPLE] =
        {.offences = OFFENCE_BIT(OFFENCE_HUMAN_TRAFFICKING) | OFFENCE_BIT(OFFENCE_ORGANISED_CRIME),
         .purpose_note = "Exercise. Said by the injured party to have kept her papers.",
         .protected_note = "Exercise. Injured party; is looked after and wants no contact.",
         .urgent = "The injured party's sister is believed to be moved on tonight.",
         .plots =
             {{"Promise of work at {there}",
               "Exercise. A woman says that {name} promised her work at {there}, took her passport "
               "at {here} and had her driven in {plate}. She escaped after {count} days.",
               "Is {name} known in this connection, and is there another woman of whom your side "
               "knows? Please do not approach the injured party's family.",
               "Exercise. Two earlier reports name {name}. Vehicle {plate} is kept at {there}. "
               "Nothing was asked of the family."},
              {"Building site without papers",
               "Exercise. {count} workers at a building site near {here} had no papers of their "
               "own; {name} keeps them, and the pay.",
               "Which firms at {there} has {name}, and were workers sent from there before?",
               "Exercise. {name} manages a firm at {there}; it was closed by the labour "
               "inspectorate and opened again under another name."},
              {"Children begging at {here}",
               "Exercise. {count} children are brought to {here} each morning in {plate} by {name}, "
               "who is no relative according to them.",
               "Who are their parents, and is {name} known at {there}?",
               "Exercise. {name} is known at {there}; the child protection service was told, and "
               "answers through its own channel."}}},
    [DEMO_ARMS] =
        {.offences =
             OFFENCE_BIT(OFFENCE_FIREARMS_TRAFFICKING) | OFFENCE_BIT(OFFENCE_ORGANISED_CRIME),
         .purpose_note = "Exercise. His fingerprint is on the package.",
         .protected_note = "Exercise. Found the package and told the police.",
         .urgent = "Two of the weapons are believed to be with somebody who threatens a person.",
         .plots =
             {{"Weapons in a spare wheel",
               "Exercise. {count} pistols with filed numbers were in the spare wheel of {plate} at "
               "{here}. Two numbers could be made visible again.",
               "Were these numbers lost or stolen at your side? Is {name}, who drove, known?",
               "Exercise. One number belongs to a lot that went missing at {there}. {name} worked "
               "there as a guard."},
              {"Converted alarm pistols",
               "Exercise. {count} converted alarm pistols were seized at {here}; the seller writes "
               "under a name that leads to {name}, at {there}.",
               "Is {name} known, and has your side seized the same make?",
               "Exercise. Nine of the same make were seized at {there}. {name} buys them in series; "
               "the vehicle is {plate}."}}},
    [DEMO_DOCUMENTS] =
        {.offences = OFFENCE_BIT(OFFENCE_DOCUMENT_FRAUD) | OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING),
         .purpose_note = "Exercise. The photograph in the card is his, the name is not.",
         .protected_note = "Exercise. The name in the card is that of this person, who lost it.",
         .urgent = "The holder boards an aircraft in six hours.",
         .plots =
             {{"Identity cards of one printer",
               "Exercise. {count} identity cards with the same fault in the hologram were met at "
               "{here}. One bearer says that {name} made his at {there}.",
               "Has your side met the fault, and is {name} known?",
               "Exercise. The fault is known to us from eleven cards. {name} had a print shop at "
               "{there}, closed last year."},
              {"Borrowed passport at {here}",
               "Exercise. A man showed the passport of {name} at {here}; the picture does not fit. "
               "He came in {plate}, whose keeper lives at {there}.",
               "Is the passport reported, where is its holder, and who keeps {plate}?",
               "Exercise. {name} reported the passport lost at {there} in the spring. {plate} "
               "belongs to a hire firm; we give the hirer."}}},
};

const char *const demo_notes[] = {
    "Exercise. The duty prosecutor was told and agrees with the request.",
    "Exercise. Compared with last month's list: the same telephone, another name.",
    "Exercise. The port sends its camera pictures tomorrow.",
    "Exercise. Spoke with the colleague there; the matter is in good hands.",
    "Exercise. The keeper of the vehicle was heard; minutes are in the paper file.",
    "Exercise. Looked through again: nothing about the family is needed, left out.",
    NULL};
const char *const demo_tasks[] = {
    "ask the port for its list of that night",        "have the numbers compared by the laboratory",
    "ask the customs for the consignment note",       "hear the keeper of the vehicle",
    "look at the case again when the answer is here", NULL};
const char *const demo_questions[] = {
    "Which of the two vehicles is meant? One plate seems to be written wrongly.",
    "Is the person whom you name the one born in 1984 or the one born in 1986?",
    "Which period shall we look at? The register keeps five years.", NULL};
const char *const demo_replies[] = {
    "The second one. The plate was read from a photograph at night.",
    "The one born in 1984; the father's name is in the request.",
    "The six months before the seizure are enough.", NULL};
const char *const demo_calls[] = {
    "Liaison officer asks by telephone about vehicle {plate}, seen near {there}",
    "Customs of {here} report a consignment to {there} with vehicle {plate}",
    "Letter of the prosecutor at {here}: seizure of {count} items, wants to know what {there} found",
    "Port police of {there}: telephone number +40 700 000 {number} came up again", NULL};

/* The word's text; NULL: it is no word of ours. */
static const char *word_find(struct span word, const struct demo_words *words, char number[16])
{
    if (span_is(word, "here"))
        return words->here;
    if (span_is(word, "there"))
        return words->there;
    if (span_is(word, "plate"))
        return words->plate;
    if (span_is(word, "name"))
        return words->name;
    if (!span_is(word, "count") && !span_is(word, "number"))
        return NULL;
    snprintf(number, 16, span_is(word, "count") ? "%u" : "%03u",
             span_is(word, "count") ? words->count : words->number);
    return number;
}

bool demo_text(const char *pattern, const struct demo_words *words, struct arena *arena,
               struct span *out)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(TEXT_SIZE_MAX);
    char number[16];

    while (*pattern != '\0') {
        size_t plain = strcspn(pattern, "{");
        buffer_add(&text, span_make(pattern, plain));
        pattern += plain;
        if (*pattern == '\0')
            break;
        size_t size = strcspn(pattern, "}");
        const char *word = word_find(span_make(pattern + 1, size - 1), words, number);
        if (word == NULL)
            return false;
        buffer_text(&text, word);
        pattern += size + 1;
    }
    return !text.failed && arena_copy(arena, buffer_span(&text), out);
}
