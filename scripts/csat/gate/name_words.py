"""What names of persons are made of, and what the dictionary says about a stretch that looks like one."""

from __future__ import annotations

import re

import rjieba

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜"
    "倪严牛温芦季俞章"
    "鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫"
    "查屈鲍位覃霍翁隋"
    "植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木"
    "穆党燕郎邸冀谈姬屠连郜晏栾"
    "郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄"
    "蒲伏岑习胥保和蔺肖闫闻占"
    # traditional characters
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭許鄧蘇盧蔣賈葉閻錢湯賴龐陸顧譚鄒萬龍賀"
)
# Surnames that are more often words; a role in front of them announces no name.
RARE = "党连楚都来官原保花时全明成应强解和向于方高常何别单边计台商信安平白金温盛喜官衣同"
TWO_CHARACTER_SURNAMES = (
    "欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|端木|长孙|宇文|南宫|独孤|轩辕"
)
# Common in given names. Words of a language end a name; these characters alone may continue one.
GIVEN = (
    "正丰伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰玉华建国文红志春梅海燕波宁福龙林鑫鹏飞浩宇轩子涵梓雨"
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
NO_NAME = (
    "蒙牛|米兰|周[一二三四五六日末]|凌晨|华硕|薄荷|都|白族|保健|官方|官网|原文|花子|小姐|.小姐|.先生|.女士|.经理|"
    "原因|原价|保修|应有|时有|强烈|明显|成熟|全新|单独|国家|"
    "顾客|全宇|时本|钱财|孙子|盖章|古老|施乐|燕王|占学|范文|钱宝|龙腾|高兴|高度|高级|高速|高手|高大|方便|方案|方面|方式|方法|安全|安心|安康|安排|金牌|金融|金额|黄金|白天|"
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
# Their last character ends the name of a place.
_PLACES = frozenset("镇县村城乡区市省州")
_TITLES = re.compile(
    "先生|女士|小姐|师傅|老师|书记|[科厅局处院校所市区镇县乡行队店站]长|主任|经理|主管|总$|工$|姐|哥|医生|医师"
)
_GIVEN_SET = frozenset(GIVEN)
_TWO = frozenset(TWO_CHARACTER_SURNAMES.split("|"))
_NAME_ALONE = re.compile(f"(?!{NO_NAME})(?:(?:{TWO_CHARACTER_SURNAMES})|[{SURNAMES}])[\u4e00-\u9fff]{{1,2}}")
# The dictionary has them as names.
_WORDS_ALONE = re.compile("施工|谢谢|蓝领|戴尔|章丘|沙坪坝")


def name_end(text: str, start: int) -> int | None:
    """Return where the name ends that the dictionary reads at `start`, a surname; None where it reads none.

    Of a surname with a title (胡科长) the surname is the name. Two characters that are a word are none:
    too many of them are in the dictionary as names (顾客, 晋升).
    """
    words = rjieba.tag(text[start : start + 10])
    first, tag = words[0]
    surname = 2 if text[start : start + 2] in _TWO else 1
    given = first[surname:]
    if not given and len(words) > 1:
        # The dictionary often parts a surname from a given name that is a word too: 周|国庆.
        given = words[1][0]
        if len(given) == 1 or not set(given) <= _GIVEN_SET:
            return None
    elif len(given) == 1 and rjieba.has_word(first):
        return None
    if _TITLES.match(given):
        return start + surname
    if not 1 <= len(given) <= 2 or given[-1] in _PLACES or not set(given) & _GIVEN_SET:
        return None
    if rjieba.has_word(first) and len(first) > surname and not tag.startswith("nr"):
        return None
    return start + surname + len(given)


def is_name_alone(text: str) -> bool:
    """Whether a text is nothing but the name of a person: a surname and one or two characters.

    Two or three characters that the dictionary knows count if it knows them as a name.
    """
    if not _NAME_ALONE.fullmatch(text) or _WORDS_ALONE.fullmatch(text):
        return False
    given = text[2 if text[:2] in _TWO else 1 :]
    if _TITLES.match(given):
        return True
    words = rjieba.tag(text)
    if len(words) == 1 and rjieba.has_word(text):
        return words[0][1].startswith("nr") and text[0] not in RARE
    return len(words) == 1 or (set(given) <= _GIVEN_SET and text[0] not in RARE)


def fitted(text: str, start: int, end: int) -> int | None:
    """Return the end of what looks like a name, without a character that begins the next word (杨柳|来自).

    None where the dictionary reads other words there: 找|银行, 找|郑州|华为, 姓名|和|联系. Of a surname with
    a title (联系人张主任) the surname is the name.
    """
    first = start + 2 if text[start : start + 2] in _TWO else start
    surname_end = max(first, start + 1)
    if _TITLES.match(text[surname_end:end]):
        return surname_end
    at, is_parted = first, False
    for word, tag in rjieba.tag(text[first : end + 4]):
        after = at + len(word)
        is_word = len(word) > 1 and rjieba.has_word(word)
        is_other = is_word and not tag.startswith("nr")
        if at == start and after == end and is_other:
            return None
        if at < end < after and is_word and (is_other or is_parted):
            return at if at - start >= 2 and not is_parted else None
        is_parted |= at == start and is_other
        at = after
        if at >= end:
            break
    return end
