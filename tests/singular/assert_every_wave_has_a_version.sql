select
    'wave ' || waves.wave_id || ': no version of framework_versions is valid on its first day, so nothing of it would be scored'
    as problem
from {{ ref('int_waves_begun') }} as waves
left join {{ ref('int_wave_versions') }} as wave_versions
    on waves.wave_id = wave_versions.wave_id
    and wave_versions.is_official
where wave_versions.wave_id is null
