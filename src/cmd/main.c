/* besa: the one program of a node. The table of its commands, and nothing else. */
#include "cmd/command.h"

#include <stddef.h>

const struct command commands[] = {
    {"init",
     "--party NAME --listen IP:PORT --contact TEXT --institution-key FILE --institution-cert FILE "
     "[options]\n--party NAME --listen IP:PORT --contact TEXT --training --make-institution NAME "
     "[options]",
     "Makes the home of a node: keys, store, books, TLS certificate, pairing file, first officer "
     "(--officer).\n\nFurther options: --address HOST:PORT (as partners reach it), --tls-name, "
     "--fallback TEXT (the channel for what is urgent when nobody answers --contact), --desk-listen IP:PORT (the API), --database, --state, --status eu_member|third_country, --time-zone, --language LL, "
     "--authority CODE=NAME, --officer-name, --unit, --institution-passphrase-file, "
     "--institution-token URI instead of --institution-key, --keeper-token URI (the keys of logs and receipts are made in "
     "a PKCS#11 token and stay there: keeper_key in besa.conf).",
     command_init},
    {"pair",
     "export FILE --secret FILE\nfingerprint FILE\nimport FILE --fingerprint XXXX --secret FILE "
     "[--address HOST:PORT]",
     "Exchanges keys with a partner's node, out of band; the fingerprint is read over the "
     "telephone.",
     command_pair},
    {"agreement",
     "draft FILE --partner NAME [--valid-from DATE] [--valid-days N]\nsign FILE --output FILE "
     "[--key FILE|--token URI --cert FILE] [--passphrase-file|--pin-file FILE]\ncountersign FILE --output FILE [the "
     "same]\nimport FILE\nshow [FILE|NAME] [--export FILE]\nsuspend [NAME] [--for REASON]\nresume [NAME]\npropose FILE\n"
     "proposal [NAME] --export FILE [--own]\naccept FILE\nrefuse [NAME] [--for GROUND]\nwithdraw [NAME]\n"
     "terminate DATE [--for REASON]\nhistory [NAME] [--limit N] [--after PLACE]\ndiff [OLD] [NEW]\n"
     "try FILE [--type TYPE] [--as-sender|--as-receiver] [--agreement FILE]",
     "The co-signed rules of the exchange with a partner.\n\ndraft takes the zone tables of both parties from this "
     "machine's time zone database.\n\nA new version is drafted and signed as a file, "
     "proposed, read by the other side with `diff`, countersigned as a file and given back with `accept`: from that "
     "entry on it rules. `diff` without files explains the partner's proposal and counts its effects here; with one file "
     "that file against the version in force; with two the files alone. `try` says what would be ruled of a message body "
     "and by which clause; it ends with 0 when allowed and 77 when not.\n\n--token names a key in a PKCS#11 token "
     "(RFC 7512): pkcs11:token=NAME;object=KEY?module-path=/MODULE.so; its PIN comes from "
     "--pin-file or the terminal.",
     command_agreement},
    {"succession",
     "prepare ORIGIN --why REASON --output FILE\nshow FILE\nsign FILE --output FILE [--key FILE "
     "--cert FILE] [--passphrase-file FILE]\nallow FILE\ncountersign FILE --output FILE [as "
     "sign]\nimport FILE",
     "A log ends and the next one goes on.\n\nREASON is yearly_closing, key_change, key_theft, "
     "keeper_lost, restored or cloned. prepare and import need two officers (--approver), each "
     "head_of_desk or security_officer; the partner's officer runs allow before its institution "
     "countersigns (an outgoing log). See docs/recovery.md.",
     command_succession},
    {"keeper", "renew [--to-file]\nrecover [--older]",
     "While the node is stopped, by two officers (--approver head_of_desk or security_officer): "
     "`renew` makes a further set of the node's keys; logs go over to it by `besa succession`. "
     "--to-file: in the key file, although keeper_key names a token; it still signs for the logs of "
     "older sets.\n\n"
     "`recover` makes the keeper's record whole again after it was lost or damaged. From its next "
     "start the node signs nothing for a log before the partner's keeper has said, at contact, how "
     "much of it it holds. --older: an older record was put back; every log waits. See "
     "docs/recovery.md.",
     command_keeper},
    {"keys",
     "[list]\ntls renew [--days N] [--key FILE|--token URI --cert FILE] [--pin-file FILE]\ntls "
     "request FILE\ntls issue REQUEST --name TLS-NAME --output FILE [--days N] [--key FILE|--token "
     "URI --cert FILE]\ntls install FILE\nrevoke tls [FINGERPRINT] [--for "
     "theft|loss|replaced|other]\nrevoke desk-tls\nrevoke officer ID\npassphrase [--new-file FILE|--abandon]\ninstitution CERT [--key FILE]",
     "Lists the keys of this node with their ends, and renews them (docs/keys.md).\n\nA TLS key is "
     "renewed while the node runs and needs no new agreement; where the institution's key is not at "
     "hand: request here, issue there, install here.\n\nrevoke needs two officers (--approver) and "
     "takes effect at once, at the partner as soon as it has the message; without a fingerprint it "
     "is the certificate in use. Nothing revoked comes back: renew.\n\npassphrase needs two officers as well. Where the "
     "passphrase is not in the home (a credential of systemd), the keys lie ready under that of "
     "--new-file until the keeper starts with it; --abandon takes that back.\n\ninstitution goes over to the institution's next certificate, once "
     "every agreement in force names it; two officers.",
     command_keys},
    {"serve", "",
     "Runs the node until SIGTERM; SIGHUP makes it begin anew.\n\nThe supervisor starts the keeper "
     "and the node, and both anew when one dies.",
     command_serve},
    {"doctor", "[--all]",
     "Looks the node over and names what is wrong and the next step.\n\nThe machine's checks need "
     "nothing but the home; the books are looked into with --officer and --reason. Exit code 0: "
     "all well, 1: warnings, 2: failures.",
     command_doctor},
    {"status", "", "How the node stands: logs, partners, alarms, sandbox.", command_status},
    {"request",
     "FILE.json --elsewhere no|yes [--attach FILE]... [--agreement ID] [--transfer-ground GROUND] [--copy-exemption WHY]",
     "Sends a request to the partner.\n\nFILE.json is the message's body (docs/messages.md); - is "
     "standard input. Who asks again, after an answer, names the request before in `refers_to`. The own Single Point of Contact gets a copy of what another unit sends, unless WHY is "
     "highly_sensitive_investigation, terrorism_not_emergency or safety_of_person (docs/copies.md). --transfer-ground "
     "confirms the ground that the agreement proposes (besa agreement try) for a message that names none.",
     command_request},
    {"answer",
     "ITEM FILE.json [--attach FILE]... [--true-ground CODE]... [--transfer-ground GROUND] [--copy-exemption WHY]",
     "Answers a request in whole, in part, or with nothing held. A request that is answered gets a further "
     "answer, which names the one before in `supplements` (docs/messages.md).\n\n--true-ground: with a refusal "
     "under_agreement in it, as for refuse.",
     command_answer},
    {"refuse",
     "ITEM --ground CODE [--ground CODE]... [--true-ground CODE]... [--text TEXT] [--language LL] [--copy-exemption WHY]",
     "Refuses a request on grounds of the closed list.\n\nWhere the ground would itself give "
     "something away, --ground under_agreement is what the partner reads, and --true-ground says why "
     "in truth: for the domestic log alone. --text goes to the partner.",
     command_refuse},
    {"spontaneous",
     "give FILE.json --elsewhere no|yes [--attach FILE]... [--agreement ID] [--transfer-ground GROUND] [--copy-exemption WHY]\nlist [--own] [--limit N] [--after "
     "PLACE]",
     "Gives the partner information unasked, or lists what was given.\n\nFILE.json is the message's body "
     "(docs/messages.md, spontaneous); - is standard input. list: what was given to us, the newest first; --own: "
     "by us.",
     command_spontaneous},
    {"copies", "[--limit N] [--after PLACE]",
     "What other units sent to the partner, for the own Single Point of Contact, newest first.\n\nIts units are spoc and "
     "those that begin with spoc-; of what was exempted from the copy the number alone is shown (docs/copies.md).",
     command_copies},
    {"inbox",
     "[--state STATE] [--urgent|--not-urgent] [--training|--not-training] "
     "[--partner P] [--agreement A] [--unit U|--unassigned] [--limit N] [--after PLACE]",
     "Requests to us, nearest deadline first; before them what was given unasked and is in no case yet.\n\n"
     "STATE is open, soon, overdue, overdue_authorisation (a judicial authorisation was told of, and its day is to "
     "come) or answered; U is the unit that has it. counts says what waits in the whole queue. A "
     "page that has more behind it gives the place as next; through a filter it may be short and still have more.",
     command_inbox},
    {"sent",
     "[--state STATE] [--urgent|--not-urgent] [--training|--not-training] "
     "[--partner P] [--agreement A] [--limit N] [--after PLACE]",
     "Requests from us, with receipts and answers.\n\nSTATE is open, soon, overdue, overdue_authorisation or answered. "
     "A page that has more behind it gives the place as next; through a filter it may be short and still have more.",
     command_sent},
    {"alarms", "[--limit N] [--after PLACE]",
     "What is overdue or soon will be, and what is urgent and the partner does not hold.\n\nThe last quarter of a "
     "limit is soon. What is overdue_authorisation waits for a judicial authorisation, as it was told, until "
     "authorisation_expected; the limit itself stays. An urgent request, an answer or a question about one, or what was "
     "given unasked of an immediate threat that is not in the partner's custody after 15 minutes is telephoned: call "
     "says where, fallback over which channel it goes when nobody answers there.",
     command_alarms},
    {"show", "ITEM", "Opens one message: body, receipts, timeline.", command_show_item},
    {"forward",
     "ITEM AUTHORITY [--use police|proceedings] [--consent ITEM|N] [--third-consent ITEM|N]",
     "Passes an item on to a competent authority of this state, as the agreement lists it.\n\nWhat is under H2 or "
     "H3, under H1 unless it is for police use alone, or of another provider, goes only with the provider's consent: the "
     "id of its answer, of its reply or of what it gave unasked, or N, the document in the register; it must name the "
     "item. What is on hold, restricted or incomplete does not go. What is about a victim, a minor or somebody whom the own "
     "case protects goes with a second officer (--approver, or --ask). To whom it went stands in the log.",
     command_forward},
    {"export",
     "ITEM CHANNEL RECIPIENT --recipient-kind KIND --reference REFERENCE [--consent ITEM|N] [--third-consent ITEM|N] "
     "--within-union\n"
     "ITEM CHANNEL RECIPIENT --recipient-kind KIND --reference REFERENCE [--consent ITEM|N] [--third-consent ITEM|N] "
     "--ground GROUND --instrument TEXT --article TEXT [--ground-reason TEXT] --no-death-penalty",
     "Gives an item as a file to be typed into another channel.\n\nCHANNEL: siena, interpol, selec, eurojust, frontex, "
     "liaison_officer, prosecutor, other. RECIPIENT stands at its end; KIND: police, border_police, customs, prosecutor, "
     "court, agency; REFERENCE is of the matter there. What leaves the Union names the ground of its transfer and "
     "declares that it serves no death penalty. What a partner gave leaves this state only with its consent, named as "
     "for `besa forward`; what is of an information system of the Union does not. A second officer is wanted as there.",
     command_export},
    {"assign", "ITEM UNIT", "Gives a request to a unit and tells the partner.", command_assign},
    {"clarify", "ask ITEM QUESTION LANGUAGE\nreply ITEM REPLY LANGUAGE",
     "Asks about a request to us, or replies to a question about one of ours.\n\nA question suspends the time "
     "limit, from its receipt by the partner to our receipt of the reply. One is open at a time; the head of desk "
     "asks a third. ITEM is the request, or the question that is replied to.",
     command_clarify},
    {"limit",
     "direct ITEM\nindirect ITEM --held-by KIND --source NAME\ndelay ITEM --stage STAGE --why REASON "
     "[--text TEXT] --authority NAME --expected-by TIME\ndoubt ITEM WHY\nurgency ITEM given_up|kept",
     "Says to the partner what moves the time limit of a request.\n\n`direct` and `indirect` say once, before the "
     "short limit of an urgent request ends, whether the information is in databases that the desk queries itself, "
     "or is held by a public_authority or private_party. `delay` tells that a judicial authorisation is awaited "
     "(STAGE is applied, prolonged or granted), why (REASON is authorisation_needed, pending_at_authority, or other "
     "with --text, which names no person) and until when. `doubt` says that a request is not found urgent: "
     "ground_does_not_fit, facts_do_not_show_it or time_is_over_or_far_off; `urgency` replies to that.",
     command_limit},
    {"attach", "upload FILE [--name NAME]\nget ITEM PART OUT",
     "Seals a file for a message to come, or writes a held attachment out.", command_attach},
    {"erase", "ITEM [--part N] --why REASON", "Erases a body or part here and tells the partner.",
     command_erase},
    {"retention",
     "status\nlist [--due|--days N] [--limit N] [--after PLACE]\nrun\nhold ITEM --for GROUND [--until "
     "DATE]\nrelease ITEM\nclock --approver ID\nacts-hold [--about ID] [--item ITEM] [--in CASE] [--from DATE] [--to "
     "DATE] --until DATE\nacts-release HOLD\nacts-holds [--limit N] [--after PLACE]",
     "What is held, and when it goes.\n\nThe node erases by itself, once an hour, what is held as "
     "long as the agreement allows, and tells the partner. `list` says what goes within 30 days "
     "(--days), or what is due and still stands (--due) and why; `run` does not wait for the hour. "
     "GROUND is evidence, contested or exculpatory: what is on hold is restricted instead of erased. "
     "`clock`: two officers find the node's clock right, where no partner has confirmed it for a week.\n\n"
     "`acts-hold`: the data protection officer or the supervisory authority keeps access entries beyond their "
     "time: those of an officer (--about), upon a message, in a case, made between two days; all that is named "
     "counts together.",
     command_retention},
    {"own",
     "search WORDS... --purpose CODE [--least SCORE] [--limit N]\nmatch FILE --purpose CODE [--format csv|ftm|xml] "
     "[--mapping FILE] [--least SCORE] [--output csv|json] [--from LINE] [--errors FILE]\nshow PERSON --purpose CODE\njoin PERSON "
     "PERSON --purpose CODE\npart PERSON PERSON --purpose CODE\nremove PERSON --purpose "
     "CODE\ndue [--erase] [--days N] [--limit N] [--after PLACE]\nreview PERSON --purpose CODE --next DATE\nimport FILE --source NAME --offences CODES [--format csv|ftm|xml] [--mapping FILE] [--category CODE] [--evaluation "
     "B2] [--purpose CODE] [--review DAYS] [--erase DAYS] [--link TEXT] [--errors FILE]\nimports [--limit N] [--after PLACE]",
     "The people of our own cases.\n\n`search` takes names as heard or read, dates, plates, telephones "
     "and numbers of documents in any order, or fields such as plate:AA123BB born:1984; purpose is a "
     "code of the agreement's list, and people who are protected show only in their own case or where a "
     "person is missing or in danger. --least: nobody of a lower score; of people who are in the index, asked with name "
     "and date of birth, 0.5 finds 94 of 100 and 0.9 finds 91, and of those who are not, 3 and less than 1 of 100 bring "
     "somebody else (docs/search.md has the table). `match` links a list with the index: who of its lines may be whom, "
     "in groups of lines that lead to the same person, 0.5 or more when --least is absent; nothing is entered, and --from "
     "goes on behind a line. `join` says that two records are one human being, `part` that they are not: nothing is "
     "merged, and --reason, case and officer are kept with both. `import` takes a table with named columns, FollowTheMoney "
     "entities, or XML as UMF has it (--mapping says which element is which field); lines that are wrong are told and passed over, and the same command again goes on where "
     "it was cut. `due` says who is to be reviewed, or erased (--erase), by now or within so many days: numbers alone; `review` keeps a "
     "person who was looked at, and sets the next day. An import needs a case, reason and officer, as a search does.",
     command_own},
    {"withdraw", "ITEM", "Withdraws an own message that the partner does not hold yet.",
     command_withdraw},
    {"officer",
     "list [--limit N] [--after ID]\nput ID NAME UNIT ROLE [--inactive]\npassword [ID]\nsessions [--limit N] [--after PLACE]\nend ID",
     "Lists or enters officers, gives passwords for the API, ends sessions.\n\npassword alone changes "
     "one's own: the old one, then the new one (typed, or two lines of standard input). password ID "
     "asks for a one-time password, good for a day and for setting one's own: the first half is told "
     "here, the second to the officer who confirms (besa approval); with --approver both are told at "
     "once.",
     command_officer},
    {"approval",
     "list [--limit N] [--after PLACE]\nshow APPROVAL\nconfirm APPROVAL SHA256\nrefuse APPROVAL",
     "What waits for a second officer.\n\nshow gives the draft and its SHA-256, confirm does the act "
     "for exactly these bytes, refuse refuses it, or withdraws one's own; --reason is told as the "
     "reason. --case is that of the draft.",
     command_approval},
    {"on-call", "put OFFICER FROM UNTIL TELEPHONE\nlist\nremove TURN",
     "Who is on call to approve what others draft.\n\nFROM and UNTIL are times (2026-01-31T22:00:00Z), at most seven "
     "days apart; TELEPHONE is one of duty. A draft that waits shows who is on call now, and `besa alarms` lists it.",
     command_on_call},
    {"emergency",
     "send APPROVAL\nreview ITEM confirmed|questioned\nlist [--all] [--limit N] [--after PLACE]",
     "An answer that nobody approved in time, when life or public security is threatened.\n\nWhere the agreement "
     "allows it (clause 9.2), the officer whose draft waited 30 minutes sends it alone: at most three items, nothing "
     "protected, of another provider or under H1, H2 or H3. The partner reads that it was so; another officer reviews "
     "it within 12 hours, and it stands in `besa alarms` until then.",
     command_emergency},
    {"rights", "flag ITEM\ndecide ITEM may_be_answered|must_be_refused\nlist [--all]",
     "A request that may be of political, military, religious or racial character, or punish opinion, press or "
     "assembly (ground j).\n\nWhoever sees it flags it; from then on nobody answers it, in whole, in part or that nothing is "
     "held, before the head of desk of the Single Point of Contact has decided. A refusal is never held up. The partner is "
     "told nothing, and the time limit runs on; what is undecided stands in `besa alarms`. --reason says why.",
     command_rights},
    {"glass",
     "open CASE [--agreement A]\nreview N confirmed|questioned\nlist [--all] [--limit N] [--after PLACE]",
     "Opens a restricted case of another unit for reading, for one hour.\n\nWith it `besa case show`, and `besa show` and "
     "`besa attach get` of its items under one agreement, read that case; nothing else opens, no protected person, "
     "and the partner is told nothing. Each read names it. The head of desk and the data protection officer are told at "
     "once, and one of them reviews it; until then nobody opens another one, and a second one within 30 days wants the "
     "head of desk as --approver.",
     command_glass},
    {"statistics", "YEAR [--csv]",
     "The counts of a calendar year (UTC), by agreement and direction.\n\nRequests by urgency and by what became of "
     "them, refusals by ground, limits exceeded because of a judicial authorisation, times to answer, messages by "
     "type, and what one officer sent alone. Figures alone, also of what is erased by now.",
     command_statistics},
    {"case",
     "put NUMBER TITLE [--offence CODE]... [--authority NAME] [--restricted]\nlist [--state open|closed] "
     "[--unit UNIT] [--by OFFICER] [--limit N] [--after NUMBER]\nshow NUMBER\nassign NUMBER OFFICER\nclose "
     "NUMBER [--review DAY]\nreopen NUMBER\nerase NUMBER\nnote NUMBER TEXT\nreference NUMBER CHANNEL "
     "REFERENCE\nperson NUMBER FILE.json [--person N] [--shielded]\nprotection NUMBER PERSON "
     "none_known|applicant|protected|unknown [--fears CODE]... [--family-of PERSON]\nremove NUMBER PERSON\ntask NUMBER "
     "OFFICER UNTIL TEXT\ndone NUMBER TASK\ntasks [--by OFFICER] [--limit N] [--after PLACE]",
     "Keeps the cases of the national desk; none of it goes to a partner.\n\n`besa case NUMBER TITLE` is put. "
     "person takes one person as in a message, in the category of this case; --person replaces one. Protected "
     "people are shown to the case's own unit. protection says that somebody seeks or holds protection: nothing "
     "about them, or about who is entered as their family, goes to a state they fear (--fears AL; none named: those of "
     "nationality and birth, else any but our own); taking it back wants --approver. close refuses while an answer or "
     "a task is owed, and names the day of the review: at the latest six months on. CHANNEL: siena, interpol, selec, eurojust, frontex, "
     "liaison, prosecutor, jits_platform, direct, other. UNTIL: 2026-01-31T08:00:00Z.",
     command_case},
    {"crosscheck",
     "show ITEM\ntouched [--limit N] [--after PLACE]\ndraft FILE.json [--agreement A]",
     "Says what is held here already of what a request names: exactly, by documents, telephones, plates, "
     "names with a whole date of birth, and other channels' references.\n\nshow is of a request that came, and adds people of the own index who are only like "
     "(near), from a score of 0.7 on; "
     "draft is of one that is to be sent, and warns of earlier ones and other channels; touched is what one's "
     "own unit keeps and a request touched, with the unit to ask.",
     command_crosscheck},
    {"register",
     "put CHANNEL RECEIVED SENDER SUBJECT --original PLACE [--oral] [--urgent] [--scan UPLOAD] [--confirms N]\n"
     "list [--of CASE] [--limit N] [--after PLACE]\nshow N\ntranslate LANGUAGE TRANSLATOR TEXT --item "
     "ITEM|--register N [--certified]\ntranslations --item ITEM|--register N [--limit N] [--after PLACE]",
     "Registers what came by telephone, on paper or over another channel, under a number of its year.\n\n"
     "RECEIVED is the true time of receipt, PLACE where the original lies. What is --oral and --urgent is owed in "
     "writing within 12 hours: a task of whoever registered it, done by what --confirms it. A translation bears "
     "the marking of its original, goes with it, and the original prevails.",
     command_register},
    {"handover",
     "give TAKER [--note TEXT]\nshow N\ntake N SHA256\nlist [--limit N] [--after PLACE]",
     "Hands over what is open at the change of a shift.\n\ngive lists the open cases and tasks of whoever goes, "
     "and the requests that wait; take signs for exactly this list (its SHA-256), and they are the taker's.",
     command_handover},
    {"match",
     "LIST.csv [--against LIST.csv|self] [--out csv|json] [--least N] [--expect N] [--one-to-one]",
     "Links a list of people to another, or to itself: who may be one person, how sure that is, and why.\n\n"
     "Works on files and opens no node; what it finds is for a person to judge (docs/matching.md). The first line names "
     "the columns: id, and any of name, given, family, born, sex, place, region, postcode, address, phone, document; a "
     "digit behind a name (given2, family2) means a further one. --least: links of N in 100 and more (50). --expect: so "
     "many in 100 of the shorter list are in the other (10). --one-to-one: each record in one link at most. Links stand "
     "in groups, the surest first; the weakest tie of each is marked.",
     command_match},
    {"log",
     "list\nvkey [--custody] ORIGIN\nvkey --custody|--witness [--party NAME]\nexport DIR [--log ORIGIN]",
     "Lists logs, gives their verification keys, exports them as static files.", command_log},
    {"verify", "\nDIR --vkey KEY... [--custody-vkey KEY...] [--cert FILE...] [--checkpoint FILE]",
     "Verifies the node's own books, or exported files without a node. What is wrong is named: "
     "log, index, what; exit code 65.\n\nOne --vkey: the log lies in DIR. Several: logs that follow "
     "one another, each in DIR/ORIGIN; --cert: the institutions that signed their ends.",
     command_verify},
    {"held", "[--limit N] [--after PLACE]\nretry",
     "Lists what partners sent and this node cannot handle yet: an unknown message type, its "
     "thread, a failure.\n\nAn upgrade that knows the type handles it by itself; retry tries all "
     "of it again.",
     command_held},
    {"backup",
     "FILE|DIR --recovery FILE.pub|--passphrase-file FILE\nverify FILE --passphrase-file FILE "
     "[--recovery-key FILE] [--scratch DIR]\nkey FILE --passphrase-file FILE",
     "Makes one sealed file of the whole node while it runs; verify restores it into a scratch "
     "node and checks every book there.\n\nkey makes a recovery key: FILE opens backups made for "
     "FILE.pub, so that the machine that makes them cannot read them.",
     command_backup},
    {"restore",
     "FILE --home NEW --passphrase-file FILE [--recovery-key FILE] [--audit-copy DIR|none] "
     "[--database sqlite|postgres:...]",
     "Makes a node from its backup, in a new place.\n\nIt signs nothing until each partner has "
     "shown what it holds; make sure that the old node never starts again. Sessions and waiting "
     "drafts of the backup end. Acts since the backup come back from the audit copy: DIR, else the "
     "one that besa.conf names. Books go into the database that besa.conf names, or --database; "
     "one of a server must be empty.",
     command_restore},
    {"upgrade", "[--check] [--without-backup --approver ID]",
     "Brings the books of a stopped node to this program: migrates, builds the tables, "
     "verifies.\n\nRefuses without a verified backup that holds all that was exchanged, or, "
     "with --without-backup, without a second officer. --check shows what would change.",
     command_upgrade},
    {"resume", "order [AGREEMENT]\nallow PARTNER --until TIME\nstatus",
     "After a restore: fetches back what the partner holds.\n\nTwo officers here order it "
     "(--approver), one at the partner allows it (--until now ends that).",
     command_resume},
    {"rebuild", "", "Drops the derived tables and builds them again from the log.",
     command_rebuild},
    {"demo", "[--seed N] [--cases N]",
     "Two training nodes under build/demo with a year of fictional cases behind them, a request with its answer "
     "between them, and a third node under an agreement of its own.\n\n"
     "The year is lived in their first start, by the acts of officers and a clock that runs from a year ago: 160 cases, "
     "or --cases N (0: none), the same for the same --seed. DEMO=scripted verifies every step and ends; FRESH=1 starts "
     "anew.",
     command_demo},
    {.name = NULL},
};

int main(int argc, char **argv)
{
    return program_run(argc, argv);
}
