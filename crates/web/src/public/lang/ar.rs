//! Arabic.

use super::{Lang, Words, name_of};
use jiff::civil::Date;

pub(super) const LANG: Lang = Lang {
    code: "ar",
    name: "العربية",
    dir: "rtl",
    point: '.',
    percent: "%",
    date,
    month,
    incidents,
    degraded,
    words: WORDS,
};

const MONTHS: [&str; 12] = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
];

const WORDS: Words = Words {
    skip: "انتقل إلى الحالة",
    well: "جميع الأنظمة تعمل",
    maintenance: "تجري أعمال مخطط لها",
    current: "الأعطال الحالية",
    planned: "أعمال مخطط لها",
    components: "المكونات",
    past: "آخر 14 يومًا",
    no_incidents: "لا أعطال.",
    goes_on: "عطل بدأ في هذا اليوم",
    goes_on_link: "ما زال مستمرًا",
    operational: "يعمل",
    ill: "متأثر",
    under_maintenance: "تحت الصيانة",
    investigating: "قيد التحقيق",
    identified: "عُرف السبب",
    monitoring: "قيد المراقبة",
    resolved: "تم الحل",
    scheduled: "مخطط",
    in_progress: "جارٍ",
    completed: "اكتمل",
    until: "حتى",
    day_by_day: "يومًا بيوم",
    up: "متاح",
    not_measured: "غير مقيس",
    uptime: "الإتاحة خلال 90 يومًا",
    measured: "المقيس",
    by_probes: "بالفحوص",
    by_words: "بحسب ما أُعلن",
    how: "كيف يُحسب هذا",
    how_state: "يُعد المكوّن متأثرًا ما دام نص عطل حالي يذكره؛ فإن لم يذكر أي مكوّن عُدّت كلها متأثرة.",
    how_probes: "بالفحوص: فحوصنا تنظر من الخارج. تُحسب كل ساعة بنسبة الفحوص الناجحة فيها، وعند تعدد الفحوص يُحسب أسوؤها. الإتاحة هي متوسط الساعات التي جرى فيها الفحص، ومنها ساعات الأعمال المخطط لها، مقربة إلى الأسفل. الساعات التي بلا فحص غير مقيسة ولا تُحسب.",
    how_words: "بحسب ما أُعلن: نسبة الوقت الذي لم يذكر فيه أي عطل في هذه الصفحة المكوّن، أو لم يؤثر فيها كلها دون ذكر اسم، مقربة إلى الأسفل. الأعمال المخطط لها لا تُعد أعطالًا. الوقت السابق لبدء سجل هذه الصفحة غير مقيس ولا يُحسب.",
    history: "السجل",
    back: "الحالة الآن",
    feeds: "الخلاصات",
    languages: "اللغات",
    as_of: "حتى تاريخ",
    stale: "تعذر تحديث هذه الصفحة منذ ذلك الحين. قد لا يكون ما فيها صحيحًا الآن.",
};

fn date(date: Date) -> String {
    format!("{} {} {}", date.day(), name_of(date, MONTHS), date.year())
}

fn month(date: Date) -> String {
    format!("{} {}", name_of(date, MONTHS), date.year())
}

fn incidents(count: usize) -> String {
    format!("عدد الأعطال: {count}")
}

fn degraded(count: usize) -> String {
    format!("الخدمة متأثرة. عدد الأعطال: {count}")
}
