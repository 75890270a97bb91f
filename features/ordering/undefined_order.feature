@one-of @until-0.8.0
Feature: Which of several equal runtimes is chosen is not said
  When several runtimes offer a service's format and nothing ranks them, the documentation gives no guarantee which
  one is chosen. KServe v0.8.0 does as it says and has no order at all. Later releases have one, which other features
  state.

  @rule-order-undefined @claim-d7 @documented @core
  Scenario: One of two equal cluster runtimes is chosen
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | a-server | sklearn | 1       | true       |
      | b-server | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on one of
      | kind                  | name     |
      | ClusterServingRuntime | a-server |
      | ClusterServingRuntime | b-server |

  @rule-order-undefined @claim-d7 @documented @core
  Scenario: One of two equal runtimes of a namespace is chosen
    Given these ServingRuntimes in namespace "team-a"
      | name     | format  | version | autoSelect |
      | a-server | sklearn | 1       | true       |
      | b-server | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on one of
      | kind           | name     | namespace |
      | ServingRuntime | a-server | team-a    |
      | ServingRuntime | b-server | team-a    |

  @rule-order-undefined @claim-d8 @documented @core
  Scenario: The newest of equal runtimes is not guaranteed to be chosen
    Given a ClusterServingRuntime "a-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "b-server" that was created later
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on one of
      | kind                  | name     |
      | ClusterServingRuntime | a-server |
      | ClusterServingRuntime | b-server |

  @rule-order-undefined @extended
  Scenario: Runtimes that speak different protocols are equal
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect | protocols |
      | a-server | sklearn | 1       | true       | v1        |
      | b-server | sklearn | 1       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on one of
      | kind                  | name     |
      | ClusterServingRuntime | a-server |
      | ClusterServingRuntime | b-server |

  @rule-order-undefined @extended
  Scenario: An entry that fits the service more closely is not preferred
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | a-server | sklearn | 1       | true       |
      | b-server | sklearn |         | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on one of
      | kind                  | name     |
      | ClusterServingRuntime | a-server |
      | ClusterServingRuntime | b-server |
