"""Names of persons in a text, found by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜"
    "倪严牛温芦季俞章"
    "鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫"
    "查屈鲍位覃霍翁隋"
    "植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木"
    "穆党燕郎邸冀谈姬屠连郜晏栾"
    "郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄"
    "伏岑习胥保和蔺肖闫闻占"
)
# Surnames that are more often words; a role in front of them announces no name.
_RARE = "都来官原保花时全明成应强解和向于方高常何别单边计台商信安平白金温盛喜官衣同"
_TWO_CHARACTER_SURNAMES = (
    "欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|端木|长孙|宇文|南宫|独孤|轩辕"
)
# Common in given names. Words of a language end a name; these characters alone may continue one.
_GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉华建国文红志春梅海燕波宁福龙林鑫鹏飞浩宇轩子涵梓雨"
    "欣怡佳琪雪莹颖璐瑶婷慧雅"
    "倩洁晶晨曦阳旭东西南北辉光荣昌盛兴旺发达德义仁智信忠孝廉贤良善美淑贞惠香莲菊荷花凤鸾燕莺翠珍珠宝琴棋"
    "诗画书音乐云霄虹霓露霜冰凌凝"
    "寒冬秋夏立永恒久长远大小天地山川江河湖泊石岩峰岳岭松柏柳杨桐榕槐枫竹森树根本源泉清澈洪涌润泽淼沛源深"
    "渊博学思哲睿聪颖敬恭谦和谐顺祥"
    "瑞吉庆喜乐欢悦怀念恩爱慈胜利凯歌旋武威雄豪俊彦才华奇逸帆航舟鸣笛振奋翔鹤鹰虎豹麟骏骥骁驰驹腾跃进前程"
    "锦绣绮罗绢纱纺织裳衣冠嘉宾"
    "朋友亮耀灿烂炎煜炜烨焕熙煌煊照晖映昊昱昕晏晓朗朝暮辰星月亚非洲世界民族胜全一二三四五六七八九十百千万"
    "亿元亨贞乾坤震巽坎离艮兑"
    "鹃菲萍蓉芝芬芸茜荔茵茹莎莉菁萌萱葵蓓蕾薇蔓蕊璇琳琼瑜瑾瑛琦琛琬珊珂玲珑玫瑰玥环翎羽彤丹青蓝紫绿黛媛嫣"
    "婉娇娥妍姝姗妙妮婧婕婵嫦嘉"
    "冬楠栋梁柱榜标桢楷模铭钧铁钢钊锋锐锴镇银金铜鉴健康伦佩佑俞保修倍杉彬彪彩影征律循衡徽德心必志忆怡恺恬"
    "悠惟慎懿戈成戎战承拓振捷"
    "掌揚搏操支政效敦斌斐斯新方施旭昂昆昭晋景智曼曾有朔权来杏材村杰柔格桃桥楚榆槿毅水汉沁沐沙泓泰洛津济浦"
    "涓淇渝湘溪滨漫潇澄瀚火灵"
    "牧特玄王珏珩理琰生男留益盈真睦知石砚硕磊祎祖祯禄福禹秉科秦程稳穆空章端笑策筠简米粤素紫红纯绍经维纲缘"
    "罡群翰翼老耘联胤育自至舒良"
    "艺节芙苏苗若茂莫菡蒙蓬蔚虎行衍裕西观言训诚详语诺谊谋豫贝贵赞赟赫越路跃轶辅辰达迅运迪逊通逸道遥邦郁采"
    "重野钰锡长闯闻阔阳陆陵隆雁"
    "霖青靖韬韵项颂频题飏香馨驰高魁鲁鸿鹏麒默齐龄娅桦雯晗旸勤芹双财妞囡果豆糖可之以凡然冉亦菀佐沫献展宽鼎"
    "坚遇耕牛团社卫兵俭党援爽媚姣苒尧峤昶晟晔暄杞栩淏溢湉濛炯烁熹璟甫皆祉禧竞箐缇翩芃苡荟萃葳蒂蕤虔蜜裔诣"
    "谕谧贻辕邈铖铠锟镜镭霆靓韶颜颐馥骐鹄麓迎炳茗奕弈诗妤姿婳乔依伊忻忱甜苓祺霏琨珺垚犇焱鑫娣娴宏宗定宜实"
    "宣寅寒富寿尔尚岚"
    "岱峥峻崇巍州巧帅平广庭应康延开弘强彰徐怿恒悟情惠慷成才扬抒拥政敏朵杭柯楹槟欧歆武毓民江汝池泳浚涵涛润"
    "淳渊温湛滢滔漪澜火灏炫焰煦熠爽狄"
    "狮猛玮班琢琉璋璞畅登皓皎盼眉睿瞳砺碧磐禾稷穗竣筱粲纬绪绮维缨美羿翊翌耿聪肖胜脉腾舜舟艾芊芮苇苑茉荃荣"
    "莞莹菱葆蕙蕴藤蝶裴诏谦谨豹"
    "贤赋跃轲辙辛逍遵邓郡鄂酉醇里铎锦镕阅陶雍霁静颐颢飒飘骁骐骞魏鹊鹭黎齐"
)
# Words of the language that look like a surname with a given name.
_NO_NAME = (
    "蒙牛|米兰|周[一二三四五六日末]|凌晨|华硕|薄荷|都|白族|保健|官方|官网|原文|花子|小姐|.小姐|.先生|.女士|.经理|"
    "原因|原价|保修|应有|时有|强烈|明显|成熟|全新|单独|国家|"
    "高兴|高度|高级|高速|高手|高大|方便|方案|方面|方式|方法|安全|安心|安康|安排|金牌|金融|金额|黄金|白天|"
    "马上|时间|任何|常用|全部|全家|全国|全程|"
    "何时|万一|万元|成功|成都|温馨|平安|平台|平时|关于|关心|包括|严重|项目|单位|单子|明天|明确|明白|明年|"
    "于是|向来|左右|华为|华夏|司机|商家|应该|"
    "解释|解决|路上|易经|安顺|乐观|花钱|都有|和谐|和平|通过|计划|连续|来自|来人|原来|保险|保单|保费|古董|"
    "江苏|江西|江南|云南|石家|石油|米粉|"
    "文明|文章|文件|金山|白云|武汉|长沙|宁波|常州|海南|海口|金华|温州|连云|吉林|吉祥|康健|康乐|龙江|贵州|"
    "秦皇|林业|田园|水平|石化|华润|华泰|"
    "国寿|国泰|阳光|太平|泰康|新华|人寿|中华|众安|永安|永诚|大地|天安|安盛|安邦|安联|富德|友邦|和泰|建信|"
    "工银|农银|信泰|百年|弘康|同方|"
    "时代|成年|成本|成人|明星|应急|保证|保障|管理|管家|解约|关爱|关怀|宁愿|盛大|席位|项链|车主|车险|查勘|"
    "花了|花费|房东|房产|"
    "武装|严格|严肃|温和|钱款|白领|白金|广发|牛奶|熊猫|陈述|章程|段子|雷达|童年|和解|古城|池州|文化|文书|"
    "和善|温柔|高明|高效"
)
_NAME = rf"(?:(?:{_TWO_CHARACTER_SURNAMES})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][{_GIVEN}]{{1,2}})"
_NO = f"(?!{_NO_NAME})"
_LINK = "[:： ]{0,2}(?:是|为|叫)?[:： ]{0,2}"
_STRONG = (
    "(?:我叫|我名叫|名叫|名字叫?|真名|本名|姓名|本人姓名|联系人|收件人|收货人|投保人|被保险人|被保人|"
    "受益人|报案人|经办人|申请人|投诉人|户主|户名|持卡人|"
    "法定代表人|法人|署名|签名|收款人|付款人|寄件人|索赔人|出险人|伤者|死者|车主|驾驶员|开户人|监护人|领款人|代办人|委托人|代理人|"
    "当事人)(?:的?(?:名字|姓名))?" + _LINK
)
_WEAK = (
    "(?:我是|本人|家属|家人|紧急联系人|出险司机|司机|员工|营业员|柜员|保险员|代理人员|调解员|客户|顾客|用户|患者|病人|业务员|理赔员|查勘员|定损员|客服(?:人员|专员|代表|小姐姐)?|"
    "经理|主任|专员|坐席|工作人员|代理|顾问|老师|医生|"
    "我(?:爸爸?|妈妈?|父亲|母亲|老公|老婆|丈夫|妻子|爱人|儿子|女儿|朋友|同事|哥哥?|姐姐?|弟弟?|妹妹?|"
    "先生|太太)|"
    "(?:父亲|母亲|丈夫|妻子|儿子|(?<!妇)女儿|配偶)|一个叫|有个叫|叫做?|找|联系|问|请)"
)
_TITLE = "(?:先生|女士|小姐|同志|经理|主任|师傅|老师|医生|律师|警官|总监|专员|客服)"
# What may stand behind a name of two characters without belonging to it.
_BEHIND = (
    r"(?=$|[^\u4e00-\u9fff]|的|在|于|电|手|身|先|女士|小姐|同志|老师|经理|与|和|跟|及|来|今|现|是|已|投|"
    r"购|买|从|要|想|对|反|称|说|表|因|您|你|我|打|为|不|没|给|到|"
    "把|被|让|就|也|都|帮|服|态|处|办|接|联|车|证|保|有|很|太|非|特|真|啊|吗|呢|，|住|年|岁|男|号|答|承|"
    "一直|曾|至|将|去|回|推|介|向|拒|故|骗|误|销|工|这|那|他|她)"
)
_BY_STRONG_WORD = re.compile(f"{_STRONG}(?P<name>{_NO}{_NAME}(?:{_BEHIND}|)|[A-Z][a-z]+ [A-Z][a-z]+)")
_BY_WEAK_WORD = re.compile(f"{_WEAK}(?:了|过|到)?[:： ]?(?P<name>{_NO}(?![{_RARE}]){_NAME}{_BEHIND})")
_BY_TITLE = re.compile(
    f"(?<![\u4e00-\u9fff])(?P<name>{_NO}{_NAME}){_TITLE}|"
    f"(?<=[我找和跟向给与的是由叫问请被为对让们天午日员部店行司心点里处科者])(?P<other>{_NO}{_NAME}){_TITLE}"
)
_CALLED = (
    "(?:先生|女士|小姐(?!姐)|太太|阿姨|叔叔|大姐|大哥|大爷|大妈|经理|主任|师傅|老师|医生|大夫|律师|警官|"
    "主管|总监|专员|工程师|总(?![是之共体的会算额数部公能有想让觉])|姐(?![妹夫姐])|哥(?![哥们])|"
    "工(?![作资程伤人单号具行商地厂]))"
)
# Surnames that before a title are more often words: 向经理反映, 和老师说.
_BUSY = "对向和应连全都来是同每明该当别从台商项位占席"
_WORDLIKE = "[施费]工|强哥|(?<=[对关由至鉴属在])于|(?<=[对我贵你他官甲乙])方"
# A surname that calls somebody stands at the start of a word: after a blank, a mark or one of these.
_EDGE = (
    "(?:(?<![\u4e00-\u9fff])|(?<=[我找和跟与给的是由叫问请被为对让了位名个到联系说])|"
    "(?<=业务|客户|代理|经办|理赔|查勘|定损|坐席|客服|电话|投诉|表扬|感谢|姓名|车主|户主|司机))"
)
_AFTER_A_PLACE_OR_TIME = "(?<=[们天午日员部店行司心点里处科者过见])"
_CALLED_PERSON = re.compile(
    f"{_EDGE}(?P<name>{_TWO_CHARACTER_SURNAMES}|(?!{_WORDLIKE})(?![{_BUSY}])[{_SURNAMES}]){_CALLED}"
    f"|{_AFTER_A_PLACE_OR_TIME}(?P<usual>(?![高马于])[{_SURNAMES[:60]}]){_CALLED}"
    f"|(?:理赔员|查勘员|定损员|业务员|客服|专员|经理|代理|同事|柜员|坐席|顾问|员工)"
    f"(?P<young>[小老](?![{_BUSY}{_RARE}白黄])[{_SURNAMES}])(?![\u4e00-\u9fff]*姐姐)"
    f"|(?:我|本人|客户|免贵)姓(?P<own>{_TWO_CHARACTER_SURNAMES}|[{_SURNAMES}])"
    f"|(?:Mr|Ms|Mrs|Miss|Dr)\\.? ?(?P<western>[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
    f"|[Mm]y name is (?P<english>[A-Z][a-z]+(?: [A-Z][a-z]+)?)"
)
# Rare given names: after a word that announces a name, a mark and nothing else.
_ANNOUNCED = re.compile(
    f"{_STRONG}(?<=[:： 叫])(?P<name>{_NO}(?![{_RARE}])(?:(?:{_TWO_CHARACTER_SURNAMES})|[{_SURNAMES}])"
    "[\u4e00-\u9fff]{1,2})(?![\u4e00-\u9fff])"
)
# Characters of a name held apart, after a word that announces it.
_APART = re.compile(
    f"{_STRONG}(?P<name>[{_SURNAMES}](?:[ ·.・•_\\-*/]{{1,2}}[{_GIVEN}]){{1,2}})(?![\u4e00-\u9fff])"
)
_HINT = re.compile(f"{_STRONG}|{_WEAK}|{_TITLE}|{_CALLED}|[我人户贵]姓|M[rs]|Miss|Dr|name is")
# For a fast first look (RE2): no name is found without it.
NAME_SUSPECT = (
    f"(?:{_STRONG}|{_WEAK.replace('(?<!妇)', '')})(?:了|过|到)?[:： 　]{{0,2}}(?:[{_SURNAMES}]|"
    f"{_TWO_CHARACTER_SURNAMES}|[A-Z])|[{_GIVEN}]{_TITLE}|(?:[{_SURNAMES}]|{_TWO_CHARACTER_SURNAMES})"
    f"{re.sub('[(][?]!.*?[)]', '', _CALLED)}|[员服理事柜席问工][小老][{_SURNAMES}]|(?:我|本人|客户|免贵)姓|"
    "M(?:r|s|rs|iss)[. ]|Dr[. ]|name is "
)


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of a text that name a person.

    A surname with one or two given characters counts after a word that announces a name or a role, and before
    a title. A surname alone counts before a title (王女士), after 小 or 老 of staff, and after 我姓.
    """
    if not _HINT.search(text):
        return
    for match in _BY_STRONG_WORD.finditer(text):
        yield match.span("name")
    for match in _BY_WEAK_WORD.finditer(text):
        yield match.span("name")
    for match in _BY_TITLE.finditer(text):
        yield match.span("name" if match["name"] else "other")
    for pattern in (_ANNOUNCED, _APART):
        for match in pattern.finditer(text):
            yield match.span("name")
    for match in _CALLED_PERSON.finditer(text):
        yield match.span(match.lastgroup)
