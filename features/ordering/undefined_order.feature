@one-of @until-0.8.0
Feature: The documentation does not define an order of equal runtimes
  If several runtimes support the format of a service and nothing ranks them, the documentation does not guarantee
  which one KServe selects. KServe v0.8.0 has no order at all, as documented. Later releases have one, which other
  features describe.

  @rule-order-undefined @claim-d7 @documented @core
  Scenario: One of two equal cluster runtimes is selected
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
  Scenario: One of two equal namespaced runtimes is selected
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
  Scenario: The newest of equal runtimes is not guaranteed to be selected
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
  Scenario: Runtimes with different protocols are equal
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
  Scenario: An entry that matches the service more closely is not preferred
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | a-server | sklearn | 1       | true       |
      | b-server | sklearn |         | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on one of
      | kind                  | name     |
      | ClusterServingRuntime | a-server |
      | ClusterServingRuntime | b-server |
