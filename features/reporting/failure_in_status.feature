@core
Feature: Since v0.9.0 the status reports why a service has no runtime
  The status has a machine-readable reason and a message. Both are fixed texts; only the event includes the requested
  format.

  Background:
    Given these ServingRuntimes in namespace "team-a"
      | name         | format  | version | autoSelect | protocols | disabled |
      | own-server   | sklearn | 1       | true       | v1        |          |
      | off-server   | sklearn | 1       | true       | v1        | true     |

  @rule-failure-status @rule-explicit-not-found @since-0.9.0
  Scenario: No runtime has the name
    When a service in namespace "team-a" requests "sklearn" with runtime "no-such-server"
    Then its status has reason "RuntimeNotRecognized" and message "Waiting for runtime to become available"

  @rule-failure-status @rule-explicit-disabled @since-0.9.0
  Scenario: The named runtime is disabled
    When a service in namespace "team-a" requests "sklearn" with runtime "off-server"
    Then its status has reason "RuntimeDisabled" and message "Specified runtime is disabled"

  @rule-failure-status @rule-explicit-protocol @since-0.9.0
  Scenario: The named runtime does not speak the protocol
    When a service in namespace "team-a" requests "sklearn" over "v2" with runtime "own-server"
    Then its status has reason "NoSupportingRuntime" and message "Specified runtime does not support specified protocol version"

  @rule-failure-status @since-0.9.0
  Scenario Outline: The named runtime does not list the <what>
    When a service in namespace "team-a" requests "<format>" version "<version>" with runtime "own-server"
    Then its status has reason "NoSupportingRuntime" and message "Specified runtime does not support specified framework/version"

    Examples:
      | what    | format  | version |
      | format  | xgboost | 1       |
      | version | sklearn | 2       |

  @rule-failure-status @rule-auto-none-found @since-0.9.0
  Scenario Outline: No runtime matches <what>
    When a service in namespace "team-a" requests "<format>" over "<protocol>"
    Then its status has reason "NoSupportingRuntime" and message "No runtime found to support specified framework/version"

    Examples:
      | what         | format  | protocol |
      | the format   | xgboost | v1       |
      | the protocol | sklearn | v2       |

  @rule-failure-status @extended @since-0.9.0
  Scenario: Among several problems with a named runtime, disabled is reported first
    When a service in namespace "team-a" requests "xgboost" over "v2" with runtime "off-server"
    Then its status has reason "RuntimeDisabled" and message "Specified runtime is disabled"

  @rule-failure-status @extended @since-0.9.0
  Scenario: An unsupported protocol is reported before an unsupported format
    When a service in namespace "team-a" requests "xgboost" over "v2" with runtime "own-server"
    Then its status has reason "NoSupportingRuntime" and message "Specified runtime does not support specified protocol version"

  @rule-failure-status @since-0.9.0
  Scenario: A service with a runtime reports no failure
    When a service in namespace "team-a" requests "sklearn" over "v1"
    Then it runs on ServingRuntime "own-server" in namespace "team-a"
    And its status reports no failure

  @rule-no-failure-status @until-0.8.0
  Scenario Outline: In v0.8.0 the status reports nothing for a service that names <what>
    When a service in namespace "team-a" requests "<format>" with runtime "<runtime>"
    Then its status reports no failure

    Examples:
      | what                 | format  | runtime        |
      | no existing runtime  | sklearn | no-such-server |
      | a disabled runtime   | sklearn | off-server     |
      | an unsuitable one    | xgboost | own-server     |

  @rule-no-failure-status @until-0.8.0
  Scenario: In v0.8.0 the status reports nothing for a service that no runtime matches
    When a service in namespace "team-a" requests "xgboost"
    Then it has no runtime because of "NoSupportingRuntime"
    And its status reports no failure
