"""What the demo tells: organisations, people and photographs, as data.

The first photograph stands for the page it all began with; its caption and credit are that page's own words. Everything
else is invented.
"""

from dataclasses import dataclass

from dam.accounts.permissions import Role
from dam.kernel.text import Bilingual

CREDIT_LINE = "[Photo exclusively provided to chinadaily.com.cn]"
MUSEUM = Bilingual(
    "Museum of the War of Chinese People's Resistance Against Japanese Aggression",
    "中国人民抗日战争纪念馆",
)
STAND_IN = Bilingual(
    "Stand-in picture for the demo: not the historical photograph.",
    "演示用替代图片，并非历史照片。",
)


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """One organisation of the demo."""

    key: str
    kind: str
    name: Bilingual
    country: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person of the demo."""

    email: str
    name: str
    role: Role
    organisation: str


@dataclass(frozen=True, slots=True)
class DemoPhotograph:
    """One stand-in picture with its description."""

    file: str
    title: Bilingual
    caption: Bilingual
    date: str
    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


ORGANISATIONS = (
    DemoOrganisation("archive", "archive", Bilingual("Demo Picture Archive", "演示图片档案馆"), "CN"),
    DemoOrganisation("museum", "holder", MUSEUM, "CN"),
    DemoOrganisation("daily", "publisher", Bilingual("chinadaily.com.cn", "中国日报网"), "CN"),
    DemoOrganisation("gazette", "publisher", Bilingual("Harbour Gazette", "海港公报"), "FR"),
)

PEOPLE = (
    DemoPerson("archivist@archive.example", "Lin Archivist", Role.ARCHIVIST, "archive"),
    DemoPerson("rights@archive.example", "Rui Rights", Role.RIGHTS_MANAGER, "archive"),
    DemoPerson("rights2@archive.example", "Ren Rights", Role.RIGHTS_MANAGER, "archive"),
    DemoPerson("picturedesk@chinadaily.example", "Chen Picture Desk", Role.PARTNER, "daily"),
    DemoPerson("pictures@gazette.example", "Gabrielle Picture Desk", Role.PARTNER, "gazette"),
    DemoPerson("holder@museum.example", "Min Museum", Role.RIGHTS_HOLDER, "museum"),
    DemoPerson("auditor@audit.example", "Ada Auditor", Role.AUDITOR, "archive"),
    DemoPerson("admin@archive.example", "Ari Administrator", Role.ADMINISTRATOR, "archive"),
)

SEED = DemoPhotograph(
    "camera.png",
    Bilingual("Chai Shirong and officers of the Soviet army", "柴世荣与苏联军官"),
    Bilingual(
        "Chai Shirong (fourth right front), head of the Fifth Branch of Northeast Anti-Japanese United Army, led his "
        "troops back to China in July 1942. He posed before the camera with the officers of the Soviet Union army who "
        "came to see him off at the China-Soviet border.",
        "1942年7月，东北抗日联军第五支队领导人柴世荣（前排右四）率部返回中国，在中苏边境与前来送行的苏军军官合影。",
    ),
    "1942-07",
    places=("China-Soviet border", "中苏边境"),
    people=("Chai Shirong", "柴世荣"),
    keywords=("Northeast Anti-Japanese United Army", "东北抗日联军", "1942"),
)

PHOTOGRAPHS = (
    SEED,
    DemoPhotograph(
        "motorcycle_left.png",
        Bilingual("Dispatch motorcycle in a workshop", "修理间里的通信摩托车"),
        Bilingual(
            "A motorcycle stands on the concrete floor of a workshop, boxes stacked behind it.",
            "一辆摩托车停在修理间的水泥地上，身后堆着箱子。",
        ),
        "194X",
        keywords=("transport", "motorcycle", "摩托车"),
    ),
    DemoPhotograph(
        "horse.png",
        Bilingual("Army horse, silhouette", "军马剪影"),
        Bilingual("The outline of a standing horse, cut from black paper.", "黑纸剪成的立马轮廓。"),
        "1941~",
        keywords=("horse", "silhouette", "军马"),
    ),
    DemoPhotograph(
        "coins.png",
        Bilingual("Coins from a field collection", "战地收集的钱币"),
        Bilingual("Four rows of worn coins laid out for the camera.", "四排磨损的钱币，摆好拍照。"),
        "1938/1945",
        keywords=("coins", "钱币"),
    ),
    DemoPhotograph(
        "page.png",
        Bilingual("Page of a printed manual", "印刷手册的一页"),
        Bilingual("A page of a manual, photographed under raking light.", "侧光拍摄的手册一页。"),
        "1940",
        keywords=("document", "文件"),
    ),
    DemoPhotograph(
        "brick.png",
        Bilingual("Barracks wall", "营房砖墙"),
        Bilingual("Brickwork of a barracks wall in full sun.", "阳光下的营房砖墙。"),
        "1943",
        keywords=("building", "wall", "营房"),
    ),
    DemoPhotograph(
        "moon.png",
        Bilingual("Moon through an observatory telescope", "天文台望远镜中的月球"),
        Bilingual("Craters along the edge of night.", "昼夜分界线上的环形山。"),
        "1939-11",
        keywords=("moon", "astronomy", "月球"),
    ),
    DemoPhotograph(
        "coffee.png",
        Bilingual("Cup on a mess table", "食堂桌上的杯子"),
        Bilingual("A cup of coffee with a spoon on a wooden table.", "木桌上的一杯咖啡和一把勺子。"),
        "1944~",
        keywords=("daily life", "日常生活"),
    ),
    DemoPhotograph(
        "chelsea.png",
        Bilingual("The regiment's cat", "部队的猫"),
        Bilingual("A cat looks past the camera.", "一只猫望向镜头旁边。"),
        "1942-03",
        keywords=("animal", "cat", "猫"),
    ),
    DemoPhotograph(
        "grass.png",
        Bilingual("Border meadow", "边境草地"),
        Bilingual("Long grass, bent by the wind.", "被风吹弯的长草。"),
        "1942-06/1942-08",
        places=("China-Soviet border",),
        keywords=("landscape", "草地"),
    ),
    DemoPhotograph(
        "gravel.png",
        Bilingual("River gravel at the crossing", "渡口的卵石"),
        Bilingual("Gravel of the river bed, seen from above.", "从上方看到的河床卵石。"),
        "1942-07",
        places=("China-Soviet border",),
        keywords=("landscape", "river", "卵石"),
    ),
    DemoPhotograph(
        "clock_motion.png",
        Bilingual("Station clock, long exposure", "车站时钟，长曝光"),
        Bilingual("A clock face drawn out by the movement of the camera.", "镜头移动拉长的钟面。"),
        "1945-08",
        keywords=("clock", "railway", "时钟", "铁路"),
    ),
    DemoPhotograph(
        "coins.png",
        Bilingual("Coins, a second print", "钱币，另一张照片"),
        Bilingual("The same four rows of coins, from a print without papers.", "同样四排钱币的另一张照片，没有文件。"),
        "1938/1945",
        keywords=("coins", "钱币"),
    ),
)
"""The last two are under no agreement; the very last looks like the fourth, which is held to the stricter rights."""
